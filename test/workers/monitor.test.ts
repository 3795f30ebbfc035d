// Tests the answers to probes: ready only if all conditions are met.
import { afterEach, expect, test } from 'vitest';
import type { Metrics } from '../../workers/metrics.js';
import { type Monitor, type Readiness, startMonitor } from '../../workers/monitor.js';

let monitor: Monitor | undefined;
afterEach(async () => {
  await monitor?.close();
  monitor = undefined;
});

async function asked(readiness: Readiness, path: string, method = 'GET'): Promise<readonly [number, string]> {
  await monitor?.close();
  monitor = await startMonitor({
    host: '127.0.0.1',
    port: 0,
    metrics: { text: async () => 'own 1\n' } as unknown as Metrics,
    readiness: async () => readiness,
    // Nobody listens there.
    temporal: '127.0.0.1:1',
  });
  const response = await fetch(`http://${monitor.address}${path}`, { method });
  return [response.status, await response.text()];
}

const READY: Readiness = { worker: true, temporal: true, store: true };

test.each(['worker', 'temporal', 'store'] as const)(
  'a worker whose %s is missing is not ready, but healthy',
  async (name) => {
    const readiness = { ...READY, [name]: false };
    expect(await asked(readiness, '/readyz')).toEqual([503, `${JSON.stringify(readiness)}\n`]);
    expect(await asked(readiness, '/healthz')).toEqual([200, 'ok\n']);
  },
);

test('a ready worker, its metrics without those of a silent SDK, and what is refused', async () => {
  expect((await asked(READY, '/readyz?verbose=1'))[0]).toBe(200);
  expect(await asked(READY, '/metrics')).toEqual([200, 'own 1\n\n']);
  expect(await asked(READY, '/healthz', 'HEAD')).toEqual([200, '']);
  expect((await asked(READY, '/healthz', 'POST'))[0]).toBe(405);
  expect((await asked(READY, '/other'))[0]).toBe(404);
});

test('an address that is in use, or of another machine, is named with the reason and the way out', async () => {
  await asked(READY, '/healthz');
  const port = Number(monitor!.address.split(':')[1]);
  const readiness = async () => READY;
  const metrics = { text: async () => '' } as unknown as Metrics;
  const listening = (host: string) =>
    startMonitor({ host, port, metrics, readiness, temporal: '127.0.0.1:1' }).then(String, String);
  expect(await listening('127.0.0.1')).toMatch(
    /cannot listen at 127\.0\.0\.1:\d+: another program listens there \(EADDRINUSE\); choose another address/,
  );
  // TEST-NET-1 belongs to no machine.
  expect(await listening('192.0.2.1')).toMatch(/it is no address of this machine \(EADDRNOTAVAIL\)/);
});
