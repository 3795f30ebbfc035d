// Tests that commands name an address that does not answer, or that another kind of server answers, and end
// within seconds with exit code 1.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const isNot = 'answers, but it is not';

test.each<[string, () => { temporal?: string; nats?: string; says: (string | RegExp)[] }]>([
  [
    'Temporal: nobody',
    () => ({ temporal: `127.0.0.1:${closed}`, says: [`127.0.0.1:${closed}`, 'cannot reach Temporal'] }),
  ],
  [
    'Temporal: NATS',
    () => ({
      temporal: `127.0.0.1:${nats.port}`,
      says: [`127.0.0.1:${nats.port}`, `${isNot} Temporal`, 'NATS'],
    }),
  ],
  [
    'Temporal: a web server',
    () => ({
      temporal: `127.0.0.1:${port()}`,
      says: [`127.0.0.1:${port()}`, `${isNot} Temporal`, 'web server'],
    }),
  ],
  [
    'NATS: nobody',
    () => ({ nats: `nats://127.0.0.1:${closed}`, says: [`127.0.0.1:${closed}`, /cannot reach|refused/i] }),
  ],
  ['NATS: Temporal', () => ({ nats: `nats://${temporal.address}`, says: [temporal.address, /not.* NATS/i] })],
  [
    'NATS: a web server',
    () => ({
      nats: `nats://127.0.0.1:${port()}`,
      says: [`127.0.0.1:${port()}`, /no NATS greeting.*something else/i],
    }),
  ],
  ['NATS: without JetStream', () => ({ nats: without.url, says: [without.url.slice(7), /JetStream/] })],
])('%s', async (what, given) => {
  const { temporal: at = temporal.address, nats: url = nats.url, says } = given();
  const commands = what.endsWith('nobody')
    ? [['run', 's.json'], ['worker'], ['status']]
    : [['run', 's.json']];
  for (const args of commands) {
    const began = Date.now();
    const { code, stdout, stderr } = await zeroscout(args, {
      home,
      env: { TEMPORAL_ADDRESS: at, NATS_URL: url },
    });
    for (const words of says) expect(stderr).toMatch(words);
    expect([code, stdout]).toEqual([1, '']);
    expect(Date.now() - began).toBeLessThan(20_000);
  }
  expect(existsSync(home.home.root)).toBe(false);
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  [
    'an address without sense',
    { TEMPORAL_ADDRESS: 'http://x y' },
    /TEMPORAL_ADDRESS: "http:\/\/x y" is not host:port/,
  ],
  ['a URL without sense', { NATS_URL: 'http://x' }, /NATS_URL: /],
  [
    'credentials that are not there',
    { NATS_URL: 'nats://x', NATS_CREDS: '/no/file' },
    /NATS_CREDS: there is no file \/no\/file/,
  ],
])('%s', async (_what, env, message) => {
  const { code, stderr } = await zeroscout(['run', 's.json'], { home, env });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(existsSync(home.home.root)).toBe(false);
});
