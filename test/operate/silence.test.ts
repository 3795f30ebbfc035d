// Tests that servers and clients that fall silent, with open connections, are noticed within ten seconds and
// reconnect.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '../../client/embedded/home.js';
import { readState } from '../../client/embedded/state.js';
import { connectStore } from '../../store/jetstream.js';
import { type Network, openNetwork } from '../faults/support/network.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, ROOT, type Running, spawnZeroscout, specification } from '../support/zeroscout.js';

const NOTICED_MS = 10_000;

let home: TestHome;
let networks: Record<ServiceName, Network>;
let env: NodeJS.ProcessEnv;
let silent: Promise<number[]>;
const port = (name: ServiceName) => readState({ home: home.home }).services[name]!;

beforeAll(async () => {
  home = testHome();
  await home.startServices();
  silent = silentClients();
  networks = {
    nats: await openNetwork({ to: () => port('nats').port }),
    temporal: await openNetwork({ to: () => port('temporal').port }),
  };
  env = { NATS_URL: `nats://${networks.nats.address}`, TEMPORAL_ADDRESS: networks.temporal.address };
}, 120_000);
afterAll(async () => {
  for (const network of Object.values(networks)) network.close();
  await home.remove();
}, 60_000);

const ready = async (worker: Running) => {
  const [, address] = /"metrics":"([^"]+)"/.exec(worker.stderr())!;
  const response = await fetch(`http://${address}/readyz`);
  return (await response.json()) as { temporal: boolean; store: boolean };
};

/** The time until `test` holds. */
async function timeUntil(what: string, test: () => Promise<boolean> | boolean): Promise<number> {
  const start = performance.now();
  await until(test, { what, timeoutMs: 40_000 });
  return performance.now() - start;
}

test('/readyz and `watch` tell within ten seconds that the servers are silent, and soon that they are back', {
  timeout: 120_000,
}, async () => {
  const args = ['worker', '--role', 'control', '--metrics', '127.0.0.1:0'];
  const worker = spawnZeroscout(args, { home, env });
  home.write('search.json', specification({ samples: 1_000 }));
  await done(['run', 'search.json', '--id', 'silent', '--workers', '0', '--detach'], { home });
  const watcher = spawnZeroscout(['watch', 'silent'], { home, env });
  await Promise.all([worker.says(/"worker ready"/), watcher.says(/\d+\/1,?000|planning|waiting/i)]);
  expect(await ready(worker)).toMatchObject({ temporal: true, store: true });
  const store = await connectStore({ url: env.NATS_URL!, patienceMs: 60_000 });
  for (const network of Object.values(networks)) network.cut();
  const put = store.scores.put('silence', [{ key: 'a', proxies: { p: 1 } }]);
  const noticed = await Promise.all([
    timeUntil('a store: not connected', () => !store.isConnected()),
    timeUntil('/readyz: store false', async () => !(await ready(worker)).store),
    timeUntil('/readyz: temporal false', async () => !(await ready(worker)).temporal),
    timeUntil('watch tells of NATS', () => /NATS is away/.test(watcher.stderr())),
    timeUntil('watch tells of Temporal', () => /Temporal is away/.test(watcher.stderr())),
    timeUntil('the worker leaves Temporal', () => /Temporal is away/.test(worker.stderr())),
  ]);
  console.log(`noticed after ${noticed.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s`);
  for (const took of noticed) expect(took).toBeLessThan(NOTICED_MS);
  networks.nats.heal('resumed');
  networks.temporal.heal('reset');
  const back = await timeUntil('/readyz: both true', async () => {
    const { temporal, store } = await ready(worker);
    return temporal && store;
  });
  expect(back).toBeLessThan(NOTICED_MS);
  // Calls in progress complete when the server is back.
  expect(await put).toEqual(['stored']);
  await store.close();
  worker.child.kill('SIGTERM');
  watcher.child.kill('SIGTERM');
  await Promise.all([worker.ended, watcher.ended]);
});

/** How long each server keeps a client that reads its pings and never answers. */
function silentClients(): Promise<number[]> {
  const silent = (name: ServiceName, hello: Buffer | string) =>
    new Promise<number>((resolve) => {
      const start = performance.now();
      const socket = connect({ host: '127.0.0.1', port: port(name).port });
      socket.on('error', () => {}).on('data', () => {});
      socket.on('close', () => resolve(performance.now() - start));
      socket.write(hello);
    });
  // gRPC uses HTTP/2: its preface and an empty SETTINGS frame.
  const http2 = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
  ]);
  return Promise.all([silent('nats', 'CONNECT {"verbose":false}\r\n'), silent('temporal', http2)]);
}

test('both servers let go of clients that fell silent within ten seconds', { timeout: 60_000 }, async () => {
  for (const life of await silent) {
    expect(life).toBeGreaterThan(2_000);
    expect(life).toBeLessThan(NOTICED_MS + 2_000);
  }
});

test('the servers of Compose and of the chart are told the same', () => {
  const read = (file: string) => readFileSync(join(ROOT, 'deploy', file), 'utf8');
  for (const text of [read('nats.conf'), read('chart/templates/nats.yaml')])
    expect(text).toMatch(/ping_interval: "3s"\n +?ping_max: 2\n|ping_interval: "3s"\nping_max: 2\n/);
  for (const text of [read('compose.yaml'), read('chart/templates/temporal.yaml')])
    for (const [name, value] of [
      ['MinTime', '1s'],
      ['Time', '5s'],
      ['Timeout', '4s'],
    ])
      expect(text).toMatch(new RegExp(`frontend.keepAlive${name}:\n +- value: ${value}\n`));
});
