// Tests that nothing acknowledged is lost while a nats-server is killed, paused and cut off.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { ServiceError } from '../../core/errors.js';
import { connectStore } from '../../store/jetstream.js';
import { createLink } from '../../store/link.js';
import { readLast } from '../../store/read-last.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startLossyProxy } from './lossy-proxy.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let dir: string;
let server: NatsServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-faults-'));
  server = await startNats({ dir });
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, proxies: { p: from + i } }));

test('puts go on over kill -9 and restart, and every one that resolved is there', {
  timeout: 60_000,
}, async () => {
  const store = await connectStore({ url: server.url });
  const stored = new Set<string>();
  let stop = false;
  const writer = async (offset: number) => {
    for (let i = offset; !stop; i += 64) {
      const batch = entries(i, 64);
      // keys are new, so a lost acknowledgement must not become `existed`
      expect(new Set(await store.scores.put('kill', batch))).toEqual(new Set(['stored']));
      for (const { key } of batch) stored.add(key);
    }
  };
  const writers = Promise.all([writer(0), writer(10_000_000)]);
  for (let round = 0; round < 3; round++) {
    await sleep(200 + 100 * round);
    const before = stored.size;
    await server.kill();
    await sleep(300);
    await server.restart();
    const healed = performance.now();
    while (stored.size <= before + 128) await sleep(20);
    expect(performance.now() - healed).toBeLessThan(20_000);
  }
  stop = true;
  await writers;
  const found = await store.scores.get('kill', [...stored]);
  expect(found.size).toBe(stored.size);
  expect(stored.size).toBeGreaterThan(1_000);
  await store.close();
});

test('reads wait for the server as well', async () => {
  const store = await connectStore({ url: server.url });
  const keys = entries(0, 3_000).map(({ key }) => key);
  await store.scores.put('reads', entries(0, 3_000));
  const digest = await store.blobs.put(new Uint8Array(5_000_000));
  const fresh = await connectStore({ url: server.url });
  await server.kill();
  const reads = Promise.all([
    store.scores.get('reads', keys),
    store.failures.list('none'),
    fresh.blobs.get(digest),
  ]);
  await sleep(500);
  await server.restart();
  const [scores, failures, blob] = await reads;
  expect(scores.size).toBe(3_000);
  expect(failures).toEqual([]);
  expect(blob.length).toBe(5_000_000);
  await store.close();
  await fresh.close();
});

test('a put whose ack was lost answers stored, one that met another fact existed', {
  timeout: 30_000,
}, async () => {
  const proxy = await startLossyProxy({ port: server.port });
  const direct = await connectStore({ url: server.url });
  const store = await connectStore({ url: proxy.url });
  await direct.scores.put('ack', [{ key: 'theirs', proxies: { p: 1 } }]);
  proxy.swallowAnswers();
  const put = store.scores.put('ack', [
    { key: 'ours', proxies: { p: 2 } },
    { key: 'theirs', proxies: { p: 2 } },
  ]);
  // Many facts are put in another way than a few.
  const several = store.scores.put('several', entries(0, 9));
  while ((await direct.scores.get('ack', ['ours'])).size === 0) await sleep(20);
  while ((await direct.scores.get('several', ['k8'])).size === 0) await sleep(20);
  proxy.cut();
  expect(await put).toEqual(['stored', 'existed']);
  expect(await several).toEqual(new Array(9).fill('stored'));
  expect((await store.scores.get('ack', ['theirs'])).get('theirs')).toEqual({ p: 1 });
  await store.close();
  await direct.close();
  await proxy.close();
});

test('when patience is over, the error names the address and what was done; progress never throws', async () => {
  const store = await connectStore({ url: server.url, patienceMs: 300 });
  await server.kill();
  const start = performance.now();
  const put = store.scores.put('gone', entries(0, 3));
  await expect(put).rejects.toThrow(ServiceError);
  await expect(put).rejects.toMatchObject({
    reason: 'unreachable',
    address: server.url,
    fault: expect.stringContaining('storing scores'),
  });
  await expect(store.blobs.get('0'.repeat(64))).rejects.toMatchObject({ reason: 'unreachable' });
  expect(performance.now() - start).toBeLessThan(10_000);
  store.progress.publish('s', { shard: 0, scored: 0, reused: 0, failed: 0 });
  await store.close();
  expect(performance.now() - start).toBeLessThan(15_000);
  await server.restart();
});

test('a read over a connection that is being closed fails, and leaves nothing behind', async () => {
  const connection = await connect({ servers: server.url });
  const link = await createLink({ address: server.url, connection, patienceMs: 0 });
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const drained = connection.drain();
  const read = readLast({ link, stream: 'SCORES', describe: 'reading scores', subjects: ['a'] });
  await expect(read).rejects.toThrow(/draining/);
  // A timer of the read that is still set would run into an error here, which no promise would catch.
  await vi.advanceTimersByTimeAsync(60_000);
  await drained;
});

test('listeners of progress hear again after a restart', async () => {
  const store = await connectStore({ url: server.url });
  let heard = 0;
  store.progress.subscribe('s', () => {
    heard += 1;
  });
  await server.restart();
  const give = performance.now() + 20_000;
  while (heard === 0 && performance.now() < give) {
    store.progress.publish('s', { shard: 0, scored: 1, reused: 0, failed: 0 });
    await sleep(50);
  }
  expect(heard).toBeGreaterThan(0);
  await store.close();
});
