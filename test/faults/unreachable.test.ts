// Tests that commands name an address that does not answer, or that another kind of server answers, and end
// within seconds with exit code 1.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceReason } from '../../core/errors.js';
import { type TestHome, testHome } from '../support/home.js';
import { freePort, type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { specification, zeroscout } from '../support/zeroscout.js';

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let without: NatsServer;
const web = createServer((_request, response) => response.end('hello'));
let closed: number;

beforeAll(async () => {
  home = testHome();
  home.write('s.json', specification());
  [temporal, nats, without] = await Promise.all([
    startTemporal({ home }),
    startNats({ dir: `${home.dir}/nats` }),
    startNats({ dir: `${home.dir}/none`, jetstream: false }),
  ]);
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  closed = await freePort();
}, 120_000);
afterAll(async () => {
  web.close();
  await Promise.allSettled([temporal.stop(), nats.stop(), without.stop()]);
  await home.remove();
}, 60_000);

const port = () => (web.address() as AddressInfo).port;
/** `at` is the part of the address that both the error's field and its message name. */
test.each<[string, () => { temporal?: string; nats?: string; at: string; reason: ServiceReason }]>([
  [
    'Temporal: nobody',
    () => ({ temporal: `127.0.0.1:${closed}`, at: `127.0.0.1:${closed}`, reason: 'unreachable' }),
  ],
  [
    'Temporal: NATS',
    () => ({ temporal: `127.0.0.1:${nats.port}`, at: `127.0.0.1:${nats.port}`, reason: 'not-temporal' }),
  ],
  [
    'Temporal: a web server',
    () => ({ temporal: `127.0.0.1:${port()}`, at: `127.0.0.1:${port()}`, reason: 'not-temporal' }),
  ],
  [
    'NATS: nobody',
    () => ({ nats: `nats://127.0.0.1:${closed}`, at: `127.0.0.1:${closed}`, reason: 'unreachable' }),
  ],
  [
    'NATS: Temporal',
    () => ({ nats: `nats://${temporal.address}`, at: temporal.address, reason: 'not-nats' }),
  ],
  [
    'NATS: a web server',
    () => ({ nats: `nats://127.0.0.1:${port()}`, at: `127.0.0.1:${port()}`, reason: 'not-nats' }),
  ],
  [
    'NATS: without JetStream',
    () => ({ nats: without.url, at: without.url.slice('nats://'.length), reason: 'no-jetstream' }),
  ],
])('%s', async (what, given) => {
  const { temporal: temporalAddress = temporal.address, nats: url = nats.url, at, reason } = given();
  const commands = what.endsWith('nobody')
    ? [['run', 's.json', '--json'], ['status', '--json'], ['worker']]
    : [['run', 's.json', '--json']];
  for (const args of commands) {
    const began = Date.now();
    const { code, stdout, stderr } = await zeroscout(args, {
      home,
      env: { TEMPORAL_ADDRESS: temporalAddress, NATS_URL: url },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(at);
    if (args.includes('--json')) {
      const { error } = JSON.parse(stdout) as { readonly error: Readonly<Record<string, unknown>> };
      expect(error).toMatchObject({
        code: 'server-away',
        reason,
        address: expect.stringContaining(at),
        message: expect.stringContaining(at),
      });
    } else expect(stdout).toBe('');
    expect(Date.now() - began).toBeLessThan(20_000);
  }
  expect(existsSync(home.home.root)).toBe(false);
});

test.each<[string, NodeJS.ProcessEnv, string, string]>([
  ['an address without sense', { TEMPORAL_ADDRESS: 'http://x y' }, 'TEMPORAL_ADDRESS', 'http://x y'],
  ['a URL without sense', { NATS_URL: 'http://x' }, 'NATS_URL', 'http'],
  [
    'credentials that are not there',
    { NATS_URL: 'nats://x', NATS_CREDS: '/no/file' },
    'NATS_CREDS',
    '/no/file',
  ],
])('%s', async (_what, env, field, found) => {
  const { code, stdout, stderr } = await zeroscout(['run', 's.json', '--json'], { home, env });
  expect(code).toBe(2);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'invalid-input', field });
  expect(stderr).toMatch(new RegExp(`${field}: .*${found}`));
  expect(existsSync(home.home.root)).toBe(false);
});

test('a mistake in the command line is an object too', async () => {
  const { code, stdout } = await zeroscout(['status', '--json', '--no-such-option'], { home });
  expect(code).toBe(2);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('--no-such-option'),
  });
});
