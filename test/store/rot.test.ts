// Tests bits that flip in the blocks of a nats-server: intact facts are read, the others are stored again,
// and no altered value is used.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BlobError } from '../../core/errors.js';
import { tokenOf } from '../../store/codec.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { formatEntrySubject } from '../../store/streams.js';
import { type Block, blocksOf, flipBit, RECORD, saveBlock } from '../support/blocks.js';
import { type NatsServer, startNats } from '../support/nats.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let dir: string;
let server: NatsServer;
let store: Store;
const damaged: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-rot-'));
  server = await startNats({ dir });
  damaged.length = 0;
  await open();
});
afterEach(async () => {
  await store.close();
  await server.stop();
  await rm(dir, { recursive: true });
});

async function open(): Promise<void> {
  const onDamage = ({ subject, why }: { subject: string; why: string }) => damaged.push(`${subject} ${why}`);
  store = await connectStore({ url: server.url, patienceMs: 5_000, listener: { onDamage } });
}

/** Damages a stream's only block while the server is down. */
async function damage(stream: string, change: (block: Block) => void): Promise<void> {
  await store.close();
  await server.stop();
  const [block] = blocksOf({ dir, stream });
  change(block!);
  saveBlock(block!);
  await server.restart();
  await open();
}

const entries = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `candidate ${i}`, proxies: { p: i + 0.5, q: -i } }));
const keys = (count: number) => entries(count).map(({ key }) => key);
const all = (count: number) => new Map(entries(count).map(({ key, proxies }) => [key, proxies]));

test('one bit in the body of a score: the others are read, and it is stored again, for good', async () => {
  await store.scores.put('s', entries(100));
  await damage('ZEROSCOUT_SCORES', (block) => flipBit(block, 40, 8 * 120));
  const found = await store.scores.get('s', keys(100));
  expect(found.size).toBe(99);
  // Damage is reported once, however often it is met.
  expect((await store.scores.get('s', keys(100))).size).toBe(99);
  expect(damaged).toEqual([`zeroscout.score.s.${tokenOf('candidate 40')} cannot be read`]);
  const outcomes = await store.scores.put('s', entries(100));
  expect(outcomes.map((outcome, i) => (outcome === 'stored' ? i : -1)).filter((i) => i >= 0)).toEqual([40]);
  expect(await store.scores.get('s', keys(100))).toEqual(all(100));
  expect(new Set(await store.scores.put('s', entries(100)))).toEqual(new Set(['existed']));
  expect((await store.scores.put('s', entries(41).slice(40)))[0]).toBe('existed');
  await damage('ZEROSCOUT_SCORES', () => {});
  expect(await store.scores.get('s', keys(100))).toEqual(all(100));
});

/**
 * Whether nats-server survives the flip: some bits of a sequence number keep it from ever starting
 * (client/embedded/stream-blocks.ts).
 */
const isFlippable = (bit: number) => bit >= 8 * RECORD.time;

test('each bit of a record, each in another record: no altered value is read, and all are stored again', async () => {
  await store.scores.put('s', entries(2));
  await store.close();
  await server.stop();
  const bits = 8 * blocksOf({ dir, stream: 'ZEROSCOUT_SCORES' })[0]!.records[0]!.length;
  await server.restart();
  await open();
  const scope = 't';
  await store.scores.put(scope, entries(bits));
  await damage('ZEROSCOUT_SCORES', (block) => {
    for (let bit = 0; bit < bits; bit++) if (isFlippable(bit)) flipBit(block, 2 + bit, bit);
  });
  const wanted = all(bits);
  const found = await store.scores.get(scope, keys(bits));
  for (const [key, proxies] of found) expect(proxies).toEqual(wanted.get(key));
  expect(found.size).toBe(8 * RECORD.time);
  const outcomes = await store.scores.put(scope, entries(bits));
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(bits - found.size);
  expect(await store.scores.get(scope, keys(bits))).toEqual(wanted);
});

test('a failure: the others are listed, and it is stored again', async () => {
  const failures = Array.from({ length: 20 }, (_, i) => ({
    candidate: `candidate ${String(i).padStart(2, '0')}`,
    reason: 'crash',
    detail: 'x'.repeat(50),
  }));
  await store.failures.put('run', failures);
  await damage('ZEROSCOUT_FAILURES', (block) => {
    flipBit(block, 3, 8 * RECORD.subjectLength);
    flipBit(block, 5, 8 * RECORD.time);
    flipBit(block, 12, 8 * 100);
  });
  const hurt = [3, 5, 12];
  expect(await store.failures.list('run')).toEqual(failures.filter((_, i) => !hurt.includes(i)));
  await store.failures.put('run', failures);
  expect(await store.failures.list('run')).toEqual(failures);
});

test('chunks and entries of blobs: what is damaged is said to be, and put again', async () => {
  const bytes = (seed: number) => new Uint8Array(300_000).map((_, i) => (i * 31 + seed) % 251);
  const digests = await Promise.all([1, 2, 3].map((seed) => store.blobs.put(bytes(seed))));
  const subjects = digests.map(formatEntrySubject);
  await damage('OBJ_zeroscout-blobs', (block) => {
    const nameOf = ({ at }: { at: number }) =>
      block.bytes.toString(
        'latin1',
        at + RECORD.subject,
        at + RECORD.subject + block.bytes.readUInt16LE(at + 20),
      );
    const entry = (i: number) => block.records.findIndex((record) => nameOf(record) === subjects[i]);
    // The three chunks may be written in any order, so any of them is hit.
    flipBit(
      block,
      block.records.findIndex((record) => nameOf(record).includes('.C.')),
      8 * 5_000,
    );
    flipBit(block, entry(1), 8 * 200);
    flipBit(block, entry(2), 8 * RECORD.subjectLength);
  });
  const faults = await Promise.all(digests.map((digest) => store.blobs.get(digest).catch((e: unknown) => e)));
  expect(faults.filter((fault) => fault instanceof BlobError).length).toBeGreaterThanOrEqual(2);
  for (const [i, digest] of digests.entries()) {
    expect(await store.blobs.put(bytes(i + 1))).toBe(digest);
    await damage('OBJ_zeroscout-blobs', () => {});
    expect(Buffer.compare(await store.blobs.get(digest), bytes(i + 1))).toBe(0);
  }
});

test('what something else wrote in the place of a score, a failure, an entry: as if nothing was there', async () => {
  const connection = await connect({ servers: server.url });
  const js = jetstream(connection);
  const json = JSON.stringify({ key: 'b', proxies: { p: 1 } });
  await js.publish(`zeroscout.score.s.${tokenOf('candidate 0')}`, json);
  await js.publish(`zeroscout.score.s.${tokenOf('candidate 1')}`, 'hello');
  await js.publish(`zeroscout.score.s.${tokenOf('candidate 2')}`, '');
  await js.publish(`zeroscout.failure.r.${tokenOf('c')}`, 'null');
  const bytes = new Uint8Array([1, 2, 3]);
  const digest = await store.blobs.put(bytes);
  await js.publish(formatEntrySubject(digest), 'hello');
  await connection.close();
  expect(await store.scores.get('s', keys(3))).toEqual(new Map());
  expect(await store.scores.put('s', entries(3))).toEqual(['stored', 'stored', 'stored']);
  expect(await store.scores.get('s', keys(3))).toEqual(all(3));
  const failure = { candidate: 'c', reason: 'crash', detail: '' };
  expect(await store.failures.list('r')).toEqual([]);
  await store.failures.put('r', [failure]);
  expect(await store.failures.list('r')).toEqual([failure]);
  await store.close();
  await open();
  await expect(store.blobs.get(digest)).rejects.toThrow('missing');
  await store.blobs.put(bytes);
  await store.close();
  await open();
  expect(await store.blobs.get(digest)).toEqual(bytes);
});
