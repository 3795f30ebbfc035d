// Tests that `store check` names the damaged messages of a real nats-server, and that a repair keeps
// everything else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tokenOf } from '../../store/codec.js';
import { type DamagedMessage, openInspection } from '../../store/inspection.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { formatEntrySubject } from '../../store/streams.js';
import { blocksOf, flipBit, RECORD, saveBlock } from '../support/blocks.js';
import { type NatsServer, startNats } from '../support/nats.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let dir: string;
let server: NatsServer;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zeroscout-check-'));
  server = await startNats({ dir });
  await withStore(fill);
});
afterEach(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

const entries = Array.from({ length: 1_500 }, (_, i) => ({ key: `candidate ${i}`, proxies: { p: i } }));
const failures = Array.from({ length: 5 }, (_, i) => ({ candidate: `c${i}`, reason: 'crash', detail: 'x' }));
const bytesOf = (seed: number) => new Uint8Array(300_000).map((_, i) => (i * 31 + seed) % 251);
const digests: string[] = [];

async function fill(store: Store): Promise<void> {
  await store.scores.put('s', entries);
  await store.latencies.put('l', entries.slice(0, 3));
  await store.failures.put('r', failures);
  digests.length = 0;
  for (const seed of [1, 2, 3, 4]) digests.push(await store.blobs.put(bytesOf(seed)));
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await connectStore({ url: server.url });
  return use(store).finally(() => store.close());
}

async function inspect(how: 'check' | 'repair') {
  const inspection = await openInspection({ url: server.url }, { orphanAgeMs: 0 });
  const found: DamagedMessage[] = [];
  const checked = await inspection.check((message) => found.push(message));
  if (how === 'repair') await inspection.repair(checked);
  await inspection.close();
  const counts = Object.fromEntries(checked.map(({ kind, count, damaged }) => [kind, [count, damaged]]));
  return { counts, found };
}

/** Damages the only block of a stream while the server is down. */
async function flip(
  stream: string,
  ...flips: readonly (readonly [record: number, bit: number])[]
): Promise<void> {
  await server.stop();
  const [block] = blocksOf({ dir, stream });
  for (const [record, bit] of flips) flipBit(block!, record, bit);
  saveBlock(block!);
  await server.restart();
}

const HEALTHY = { scores: [1_500, 0], latencies: [3, 0], failures: [5, 0], blobs: [4, 0] };

test('a store in which nothing is damaged', async () => {
  expect(await inspect('check')).toEqual({ counts: HEALTHY, found: [] });
});

test('scores, latencies, failures: what is damaged is named, and gone after a repair; the rest stays', async () => {
  await flip('ZEROSCOUT_SCORES', [7, 8 * 100], [700, 8 * RECORD.subjectLength], [1_400, 8 * RECORD.time]);
  await flip('ZEROSCOUT_LATENCIES', [1, 8 * 90]);
  await flip('ZEROSCOUT_FAILURES', [2, 8 * 90]);
  // One of the damaged facts was needed in the meantime and is in its next place.
  await withStore(({ scores }) => scores.put('s', entries.slice(7, 8)));
  const { counts, found } = await inspect('check');
  const hurt = { ...HEALTHY, scores: [1_501, 3], latencies: [3, 1], failures: [5, 1] };
  expect(counts).toEqual(hurt);
  const scoreOf = (i: number) => `zeroscout.score.s.${tokenOf(`candidate ${i}`)}`;
  const names = found.map(({ name, isStoredAgain }) => [name, isStoredAgain]);
  expect(names).toContainEqual([scoreOf(7), true]);
  expect(names).toContainEqual([scoreOf(700), false]);
  expect(names).toContainEqual([scoreOf(1_400), false]);
  expect(names).toContainEqual([`zeroscout.failure.r.${tokenOf('c2')}`, false]);
  await inspect('repair');
  const after = await inspect('check');
  expect(after).toEqual({
    counts: { ...HEALTHY, scores: [1_498, 0], latencies: [2, 0], failures: [4, 0] },
    found: [],
  });
  await server.restart();
  await withStore(async ({ scores, failures: failed }) => {
    const kept = await scores.get(
      's',
      entries.map(({ key }) => key),
    );
    expect(kept.size).toBe(1_498);
    for (const [key, proxies] of kept) expect(`candidate ${proxies.p}`).toBe(key);
    expect(await failed.list('r')).toEqual(failures.filter((_, i) => i !== 2));
    expect(await scores.put('s', [entries[700]!, entries[7]!])).toEqual(['stored', 'existed']);
  });
});

test('a score without any proxy is named, and gone after a repair', async () => {
  await withStore(({ scores }) => scores.put('s', [{ key: 'empty', proxies: {} }]));
  const { counts, found } = await inspect('repair');
  expect(counts).toEqual({ ...HEALTHY, scores: [1_501, 1] });
  expect(found).toMatchObject([
    { name: `zeroscout.score.s.${tokenOf('empty')}`, why: 'is not what belongs there' },
  ]);
  expect((await inspect('check')).counts).toEqual(HEALTHY);
});

test('blobs: an entry, chunks, chunks without an entry; a repair leaves the whole ones', async () => {
  const connection = await connect({ servers: server.url });
  const stream = 'OBJ_zeroscout-blobs';
  const chunks = async (digest: string) => {
    const { subjects } = (
      await (
        await jetstreamManager(connection)
      ).streams.info(stream, { subjects_filter: '$O.zeroscout-blobs.M.>' })
    ).state;
    const name = Object.keys(subjects!).find((subject) =>
      subject.includes(Buffer.from(digest).toString('base64')),
    )!;
    const entry = await (await jetstreamManager(connection)).streams.getMessage(stream, {
      last_by_subj: name,
    });
    return { name, filter: `$O.zeroscout-blobs.C.${entry!.json<{ nuid: string }>().nuid}` };
  };
  const jsm = await jetstreamManager(connection);
  const [first, second] = [await chunks(digests[0]!), await chunks(digests[1]!)];
  await jsm.streams.purge(stream, { filter: first.filter });
  await jsm.streams.purge(stream, { filter: second.name });
  await jetstream(connection).publish('$O.zeroscout-blobs.C.NOBODYS', new Uint8Array(100));
  await connection.close();
  const { bytes, records } = blocksOf({ dir, stream })[0]!;
  const entry = formatEntrySubject(digests[3]!);
  const isEntry = ({ at }: { at: number }) => bytes.indexOf(entry, at, 'latin1') === at + RECORD.subject;
  await flip(stream, [records.findIndex(isEntry), 8 * 200]);
  const { counts, found } = await inspect('check');
  expect(counts).toEqual({ ...HEALTHY, blobs: [3, 5] });
  expect(found.map(({ why }) => why).sort()).toEqual([
    'an entry without chunks',
    'chunks without an entry',
    'chunks without an entry',
    'chunks without an entry',
    'its entry cannot be read',
  ]);
  // Nothing else holds the bytes of that blob.
  expect(found.find(({ why }) => why === 'an entry without chunks')?.isStoredAgain).toBe(false);
  await inspect('repair');
  expect(await inspect('check')).toEqual({ counts: { ...HEALTHY, blobs: [1, 0] }, found: [] });
  await withStore(async ({ blobs }) => {
    expect(Buffer.compare(await blobs.get(digests[2]!), bytesOf(3))).toBe(0);
    for (const [i, digest] of digests.entries()) expect(await blobs.put(bytesOf(i + 1))).toBe(digest);
  });
  expect((await inspect('check')).counts).toEqual(HEALTHY);
});

test('a repair that was interrupted after the purge goes on where it was', async () => {
  await flip('ZEROSCOUT_SCORES', [7, 8 * 100]);
  const connection = await connect({ servers: server.url });
  const jsm = await jetstreamManager(connection);
  const inspection = await openInspection({ url: server.url }, { orphanAgeMs: 0 });
  const checked = await inspection.check(() => {});
  // The server ends in the middle: part of the copy may have been written back, and the rest is in the copy.
  const repair = inspection.repair(checked).catch((error: unknown) => error);
  await vi.waitFor(
    async () =>
      expect((await jsm.streams.info('ZEROSCOUT_REPAIR_ZEROSCOUT_SCORES')).config.metadata?.state).toBe(
        'whole',
      ),
    { timeout: 20_000, interval: 5 },
  );
  await inspection.close();
  await repair;
  await connection.close();
  const again = await openInspection({ url: server.url }, { orphanAgeMs: 0 });
  await again.repair([{ kind: 'scores', stream: 'ZEROSCOUT_SCORES', count: 0, damaged: 1 }]);
  await again.close();
  const kept = await withStore(({ scores }) =>
    scores.get(
      's',
      entries.map(({ key }) => key),
    ),
  );
  expect(kept.size).toBe(1_499);
});

test('a copy that an interrupted repair did not complete is made again, and nothing is lost', async () => {
  const keys = entries.map(({ key }) => key);
  const before = await withStore(({ scores }) => scores.get('s', keys));
  expect(before.size).toBeGreaterThan(1_000);
  const connection = await connect({ servers: server.url });
  const [name, prefix] = ['ZEROSCOUT_REPAIR_ZEROSCOUT_SCORES', 'zeroscout.repair.ZEROSCOUT_SCORES.'];
  const subjects = [`${prefix}>`];
  await (await jetstreamManager(connection)).streams.add({ name, subjects, allow_direct: true });
  await jetstream(connection).publish(`${prefix}zeroscout.score.s.${tokenOf(keys[0]!)}`, 'the first of many');
  await connection.close();
  const inspection = await openInspection({ url: server.url }, { orphanAgeMs: 0 });
  await inspection.repair([{ kind: 'scores', stream: 'ZEROSCOUT_SCORES', count: 0, damaged: 1 }]);
  await inspection.close();
  expect(await withStore(({ scores }) => scores.get('s', keys))).toEqual(before);
});
