// Tests that blobs and scores that were altered behind the store's back are reported or stored again, and
// never used.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BlobError } from '../../core/errors.js';
import { tokenOf } from '../../store/codec.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { type NatsServer, startNats } from '../support/nats.js';

const STREAM = 'OBJ_zeroscout-blobs';
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let dir: string;
let server: NatsServer;
let store: Store;
let connection: NatsConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-altered-'));
  server = await startNats({ dir });
  store = await connectStore({ url: server.url });
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await store.close();
  await connection.close();
  await server.stop();
  await rm(dir, { recursive: true });
});

/** Three chunks of a blob, each with different bytes. */
function bytesOf(seed: number): Uint8Array {
  return Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + seed + (i >> 10)) % 256);
}

async function chunksOf(digest: string): Promise<string> {
  const bucket = await new Objm(jetstream(connection)).open('zeroscout-blobs');
  return `$O.zeroscout-blobs.C.${(await bucket.info(digest))!.nuid}`;
}

/** Reads through a store that has verified nothing yet. */
async function getAnew(digest: string): Promise<Uint8Array> {
  const reader = await connectStore({ url: server.url });
  return reader.blobs.get(digest).finally(() => reader.close());
}

test('a blob whose bytes were rewritten, and mended by putting it again', async () => {
  const bytes = bytesOf(1);
  const digest = await store.blobs.put(bytes);
  const subject = await chunksOf(digest);
  const jsm = await jetstreamManager(connection);
  await jsm.streams.purge(STREAM, { filter: subject });
  const altered = bytes.slice();
  altered[200_000]! ^= 1;
  for (let at = 0; at < altered.length; at += 131_072) {
    await jetstream(connection).publish(subject, altered.subarray(at, at + 131_072));
  }
  await expect(getAnew(digest)).rejects.toThrow(BlobError);
  await expect(getAnew(digest)).rejects.toThrow(
    /^blob [0-9a-f]{64} in bucket zeroscout-blobs at .*: altered: 300000 bytes/,
  );
  expect(await store.blobs.put(bytes)).toBe(digest);
  expect(Buffer.compare(await getAnew(digest), bytes)).toBe(0);
});

test('a blob that lost its middle chunk, all chunks, itself', async () => {
  const digest = await store.blobs.put(bytesOf(2));
  const subject = await chunksOf(digest);
  const jsm = await jetstreamManager(connection);
  const last = await jsm.streams.getMessage(STREAM, { last_by_subj: subject });
  await jsm.streams.deleteMessage(STREAM, last!.seq - 1);
  await expect(getAnew(digest)).rejects.toMatchObject({
    code: 'damaged-blob',
    message: expect.stringContaining('168928'),
  });
  await jsm.streams.purge(STREAM, { filter: subject });
  const start = performance.now();
  await expect(getAnew(digest)).rejects.toMatchObject({
    code: 'damaged-blob',
    message: expect.stringContaining('300000'),
  });
  expect(performance.now() - start).toBeLessThan(10_000);
  const isListed = async () => (await store.housekeeping.blobs()).some(({ name }) => name === digest);
  expect(await isListed()).toBe(true);
  await (await new Objm(jetstream(connection)).open('zeroscout-blobs')).delete(digest);
  await expect(getAnew(digest)).rejects.toThrow(BlobError);
  expect(await isListed()).toBe(false);
});

test('a blob that is put again after more than a day is a new one, which no collection takes for an old one', async () => {
  const bytes = bytesOf(4);
  const digest = await store.blobs.put(bytes);
  const newest = async () =>
    (await store.housekeeping.blobs()).find(({ name }) => name === digest)?.newest ?? Number.NaN;
  const first = await newest();
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 3_600_000);
  await store.blobs.put(bytes).finally(() => now.mockRestore());
  expect(await newest()).toBeGreaterThan(first);
  expect(Buffer.compare(await getAnew(digest), bytes)).toBe(0);
});

test('verified bytes are kept: the second get asks nobody', async () => {
  const bytes = bytesOf(3);
  const digest = await store.blobs.put(bytes);
  const jsm = await jetstreamManager(connection);
  await jsm.streams.purge(STREAM, { filter: await chunksOf(digest) });
  expect(Buffer.compare(await store.blobs.get(digest), bytes)).toBe(0);
});

test('a score under the subject of another, and something that is no score: never read, and stored elsewhere', async () => {
  const js = jetstream(connection);
  await js.publish(`zeroscout.score.s.${tokenOf('a')}`, JSON.stringify({ key: 'b', proxies: { p: 1 } }));
  await js.publish(`zeroscout.score.s.${tokenOf('c')}`, 'hello');
  expect(await store.scores.get('s', ['a', 'c'])).toEqual(new Map());
  const entries = ['a', 'b', 'c'].map((key) => ({ key, proxies: { p: 2 } }));
  expect(await store.scores.put('s', entries)).toEqual(['stored', 'stored', 'stored']);
  const found = await store.scores.get('s', ['a', 'b', 'c']);
  expect([...found.values()]).toEqual([{ p: 2 }, { p: 2 }, { p: 2 }]);
});

test('of a failure that lies in two places the first counts', async () => {
  const [first, later] = ['memory', 'crash'].map((reason) => ({ candidate: 'a', reason, detail: '' }));
  await store.failures.put('twice', [first!]);
  const next = `zeroscout.failure.twice.${tokenOf('a')}-1`;
  await jetstream(connection).publish(next, JSON.stringify(later));
  expect(await store.failures.list('twice')).toEqual([first]);
});

test('a stream that is full is not taken for a score that exists', async () => {
  const jsm = await jetstreamManager(connection);
  const impatient = await connectStore({ url: server.url, patienceMs: 200 });
  await jsm.streams.update('ZEROSCOUT_SCORES', { max_bytes: 10 });
  // Many scores are put in another way than a few.
  for (const keys of [['a'], ['a', 'b', 'c', 'd', 'e']]) {
    const put = impatient.scores.put(
      'full',
      keys.map((key) => ({ key, proxies: { p: 1 } })),
    );
    await expect(put).rejects.toThrow(/storing scores: maximum bytes exceeded/);
  }
  await jsm.streams.update('ZEROSCOUT_SCORES', { max_bytes: -1 });
  await impatient.close();
});

test('a record of a worker that is none: as if it were not there, and others are read', async () => {
  const record = { state: 'set aside', at: 1, by: 'a', device: 'cpu', reason: 'r', evidence: [] } as const;
  await store.workers.put({ ...record, worker: 'one' });
  await store.workers.put({ ...record, worker: 'two' });
  await jetstream(connection).publish(`zeroscout.worker.${tokenOf('one')}`, '{"worker":"one","state":"s');
  expect(await store.workers.find('one')).toBeUndefined();
  expect((await store.workers.list()).map(({ worker }) => worker)).toEqual(['two']);
  await store.workers.put({ ...record, worker: 'one' });
  expect((await store.workers.find('one'))?.state).toBe('set aside');
});

test('a damaged record of a namespace still says that there is one', async () => {
  await store.namespaces.put({ id: 'one', name: 'a', seen: 7 });
  for (const text of ['{"name":"a","se', '{"name":7,"seen":"x"}', 'null']) {
    await jetstream(connection).publish('zeroscout.namespace.one', text);
    expect(await store.namespaces.list()).toEqual([{ id: 'one', name: '', seen: 0 }]);
  }
});
