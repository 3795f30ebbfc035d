// Tests that a store reports servers that do not answer: one that falls silent while much waits to be written,
// and a cluster without a quorum.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import { openNetwork } from '../faults/support/network.js';
import { until } from '../support/home.js';
import { freePorts, type NatsServer, runNats, startNats } from '../support/nats.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });
/** 36 MB in all. */
const BATCHES = 20;
const BATCH = 200;
const ANSWER_MS = 2_000;

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-silent-'));
let servers: readonly NatsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  rmSync(dir, { recursive: true, force: true });
});

test('the server falls silent while more waits to be written than the socket takes', async () => {
  const server = await startNats({ dir });
  servers = [server];
  const network = await openNetwork({ to: () => server.port });
  const store = await connectStore({ url: `nats://${network.address}`, patienceMs: 120_000 });
  try {
    network.cut();
    // Long messages: the fewer there are, the sooner the sockets on the way are full.
    const proxies = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`p${i}`, i + 1 / 3]));
    const batches = Array.from({ length: BATCHES }, (_, batch) =>
      Array.from({ length: BATCH }, (_, i) => ({ key: `k${batch}x${i}`, proxies })),
    );
    const puts = Promise.all(batches.map((batch) => store.scores.put('full', batch)));
    puts.catch(() => {});
    // Without the store's help the client would wait until TCP gives up, a quarter of an hour.
    await until(() => !store.isConnected(), { what: 'the store is not connected', timeoutMs: 60_000 });
    expect(await store.answers(ANSWER_MS)).toBe(false);
    network.heal('reset');
    expect((await puts).flat()).toHaveLength(BATCHES * BATCH);
    expect(await store.answers(ANSWER_MS)).toBe(true);
  } finally {
    await store.close();
    network.close();
  }
});

test('two of three nodes are gone: the third is connected and does not answer', async () => {
  const ports = await freePorts({ count: 6 });
  const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`);
  const nodes = await Promise.all(
    ports.slice(0, 3).map((port, i) => {
      const folder = join(dir, `${i}`);
      mkdirSync(folder, { recursive: true });
      const client = ['-a', '127.0.0.1', '-p', `${port}`, '-n', `node-${i}`, '-js', '-sd', folder];
      const cluster = ['--cluster_name', 'three', '--cluster', routes[i]!, '--routes', routes.join(',')];
      return runNats({ host: '127.0.0.1', port, args: [...client, ...cluster] });
    }),
  );
  servers = nodes;
  const url = `nats://127.0.0.1:${ports[0]}`;
  const connected = await until(() => connectStore({ url, replicas: 3 }).catch(() => undefined), {
    what: 'the cluster has a leader',
    timeoutMs: 60_000,
  });
  const store = connected!;
  try {
    expect(await store.answers(ANSWER_MS)).toBe(true);
    await Promise.all(nodes.slice(1).map((node) => node.kill()));
    const answers = () => store.answers(ANSWER_MS);
    await until(async () => !(await answers()), { what: 'it does not answer', timeoutMs: 60_000 });
    expect(store.isConnected()).toBe(true);
    await Promise.all(nodes.slice(1).map((node) => node.restart()));
    await until(answers, { what: 'it answers again', timeoutMs: 60_000 });
  } finally {
    await store.close();
  }
});
