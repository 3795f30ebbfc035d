// Tests that each user of deploy/ can do the work of its role and nothing else; only the admin can delete.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ServiceError } from '../../core/errors.js';
import { readCandidates, writeCandidateList } from '../../store/candidate-list.js';
import { connectStore } from '../../store/jetstream.js';
import type { ProgressEvent, Store } from '../../store/store.js';
import { FAILURES, LATENCIES, SCORES } from '../../store/streams.js';
import { type NatsServer, runNats, startNats } from '../support/nats.js';
import { scoreContract } from './contract-scores.js';

const USERS = fileURLToPath(new URL('../../deploy/chart/files/nats-users.conf', import.meta.url));
const STREAMS = [SCORES.stream, LATENCIES.stream, FAILURES.stream, 'OBJ_zeroscout-blobs'];
const PASSWORDS = {
  zeroscout: 'admin-password',
  'zeroscout-control': 'control-password',
  'zeroscout-score': 'score-password',
  'zeroscout-reader': 'reader-password',
} as const;
type User = keyof typeof PASSWORDS;

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-roles-'));
let server: NatsServer;
const open: Store[] = [];
const storeOf = async (user: User): Promise<Store> => {
  const store = await connectStore({
    url: server.url,
    access: { user, password: PASSWORDS[user] },
    patienceMs: 2_000,
  });
  open.push(store);
  return store;
};

beforeAll(async () => {
  copyFileSync(USERS, join(dir, 'nats-users.conf'));
  const file = join(dir, 'nats.conf');
  writeFileSync(file, 'include "nats-users.conf"\n');
  const probe = await startNats({ dir: join(dir, 'port') });
  await probe.stop();
  server = await runNats({
    host: '127.0.0.1',
    port: probe.port,
    args: ['-c', file, '-a', '127.0.0.1', '-p', `${probe.port}`, '-js', '-sd', dir],
    env: {
      NATS_PASSWORD: PASSWORDS.zeroscout,
      NATS_CONTROL_PASSWORD: PASSWORDS['zeroscout-control'],
      NATS_SCORE_PASSWORD: PASSWORDS['zeroscout-score'],
      NATS_READER_PASSWORD: PASSWORDS['zeroscout-reader'],
    },
  });
});
afterAll(async () => {
  await Promise.allSettled(open.map((store) => store.close()));
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test.each(['zeroscout-score', 'zeroscout-reader'] as const)(
  '%s before there are streams: refused, with the way out',
  async (user) => {
    const error: unknown = await storeOf(user).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      reason: 'permissions',
      fault: expect.stringContaining('ZEROSCOUT_SCORES'),
      remedy: expect.stringContaining('start a control worker'),
    });
  },
);

test('zeroscout-score between the streams and the bucket: refused for the same reason', async () => {
  await storeOf('zeroscout-control');
  const jsm = await jetstreamManager(await rawOf('zeroscout'));
  await jsm.streams.delete('OBJ_zeroscout-blobs');
  await expect(storeOf('zeroscout-score')).rejects.toMatchObject({
    reason: 'permissions',
    fault: expect.stringContaining('zeroscout-blobs'),
    remedy: expect.stringContaining('start a control worker'),
  });
});

describe('with streams that a control worker has made', () => {
  let control: Store;
  let score: Store;
  let reader: Store;
  beforeAll(async () => {
    control = await storeOf('zeroscout-control');
    score = await storeOf('zeroscout-score');
    reader = await storeOf('zeroscout-reader');
  });

  describe('a score worker stores scores', () => scoreContract({ store: () => score, other: () => score }));

  test('a shard: read the list, store scores and failures, tell progress; others read all of it', async () => {
    const list = await writeCandidateList(control.blobs, ['a', 'b', 'c']);
    const heard: ProgressEvent[] = [];
    reader.progress.subscribe('search', (event) => heard.push(event));
    control.progress.subscribe('search', (event) => heard.push(event));
    const candidates: string[] = [];
    for await (const candidate of readCandidates(score.blobs, list)) candidates.push(candidate);
    expect(candidates).toEqual(['a', 'b', 'c']);
    const entries = candidates.map((key) => ({ key, proxies: { p: 1 } }));
    expect(await score.scores.put('shard', entries)).toEqual(['stored', 'stored', 'stored']);
    await score.failures.put('run', [{ candidate: 'd', reason: 'crash', detail: '' }]);
    await vi.waitFor(() => {
      score.progress.publish('search', { shard: 0, scored: 3, reused: 0, failed: 1 });
      expect(heard.length).toBeGreaterThanOrEqual(2);
    });
    for (const store of [control, reader]) {
      expect((await store.scores.get('shard', candidates)).size).toBe(3);
      expect(await store.failures.list('run')).toHaveLength(1);
    }
  });

  test('a control worker stores latencies, which others read', async () => {
    const entry = { key: 'x', proxies: { latency: 1.5 } };
    expect(await control.latencies.put('machine', [entry])).toEqual(['stored']);
    expect(await control.latencies.put('machine', [entry])).toEqual(['existed']);
    for (const store of [control, reader, await storeOf('zeroscout')])
      expect((await store.latencies.get('machine', ['x'])).get('x')).toEqual({ latency: 1.5 });
  });

  test('a control worker deletes a score that is found to be wrong, and it is stored anew', async () => {
    await score.scores.put('suspect', [{ key: 'x', proxies: { p: 9 } }]);
    const jsm = await jetstreamManager(await rawOf('zeroscout-control'));
    const held = await jsm.streams.getMessage(SCORES.stream, { last_by_subj: 'zeroscout.score.suspect.*' });
    expect(await jsm.streams.deleteMessage(SCORES.stream, held!.seq)).toBe(true);
    expect(await score.scores.put('suspect', [{ key: 'x', proxies: { p: 1 } }])).toEqual(['stored']);
    expect((await control.scores.get('suspect', ['x'])).get('x')).toEqual({ p: 1 });
  });

  test('a control worker takes back what a worker signed, and records it; the worker reads that and may not', async () => {
    const entries = [{ key: 'signed', proxies: { p: 1 } }];
    await score.scores.put('verify', entries, 'wrong');
    await denied(score.signed.discard('verify', ['signed'], 'wrong'));
    expect(await control.signed.discardAll('wrong')).toBe(1);
    expect(await score.scores.put('verify', entries, 'right')).toEqual(['stored']);
    const record = { worker: 'wrong', state: 'set aside', at: 1, by: 'a', device: 'cpu' } as const;
    expect(await score.workers.find('wrong')).toBeUndefined();
    await control.workers.put({ ...record, reason: 'r', evidence: [] });
    for (const store of [score, reader, control])
      expect((await store.workers.find('wrong'))?.state).toBe('set aside');
    await denied(score.workers.put({ ...record, state: 'released', reason: 'r', evidence: [] }));
    expect((await reader.workers.list()).map(({ state }) => state)).toEqual(['set aside']);
  });

  test('a control worker records its namespace, which others read; the admin alone removes the record', async () => {
    const record = { id: 'a-1', name: 'team', seen: 1 };
    for (const store of [score, reader]) await denied(store.namespaces.put(record));
    await control.namespaces.put(record);
    for (const store of [control, score, reader]) {
      expect(await store.namespaces.list()).toEqual([record]);
      await denied(store.namespaces.remove('a-1'));
    }
    const admin = await storeOf('zeroscout');
    await admin.namespaces.remove('a-1');
    expect(await reader.namespaces.list()).toEqual([]);
  });

  test('a control worker writes a blob anew, and its old chunks go', async () => {
    const admin = await storeOf('zeroscout');
    const bytes = new Uint8Array(300_000).fill(7);
    const digest = await control.blobs.put(bytes);
    const now = Date.now;
    const later = vi.spyOn(Date, 'now').mockImplementation(() => now() + 2 * 24 * 3_600_000);
    await control.blobs.put(bytes);
    later.mockRestore();
    expect(await reader.blobs.get(digest)).toEqual(bytes);
    const jsm = await jetstreamManager(await rawOf('zeroscout'));
    const { state } = await jsm.streams.info('OBJ_zeroscout-blobs', {
      subjects_filter: '$O.zeroscout-blobs.C.>',
    });
    const large = Object.values(state.subjects!).filter((chunks) => chunks === 3);
    expect(large).toHaveLength(1);
    await admin.housekeeping.deleteBlob(digest);
    await expect(reader.blobs.stream(digest)[Symbol.asyncIterator]().next()).rejects.toThrow('missing');
  });

  test.each(['zeroscout-control', 'zeroscout-score', 'zeroscout-reader'] as const)(
    '%s deletes, purges and changes no stream, and makes none of its own',
    async (user) => {
      const connection = await rawOf(user);
      const jsm = await jetstreamManager(connection, { checkAPI: false });
      const before = await counts();
      for (const stream of STREAMS) {
        await denied(jsm.streams.delete(stream));
        if (user !== 'zeroscout-control' || stream !== SCORES.stream)
          await denied(jsm.streams.deleteMessage(stream, 1));
        await denied(jsm.streams.update(stream, { max_age: 1e9 }));
        if (user !== 'zeroscout-control' || stream !== 'OBJ_zeroscout-blobs')
          await denied(jsm.streams.purge(stream));
        await denied(jsm.consumers.add(stream, { durable_name: 'leech' }));
      }
      await denied(jsm.streams.add({ name: 'OWN', subjects: ['own.>'] }));
      const store = { 'zeroscout-control': control, 'zeroscout-score': score, 'zeroscout-reader': reader }[
        user
      ];
      const { housekeeping } = store;
      await denied(housekeeping.deleteScope('shard'));
      await denied(housekeeping.deleteFailures('run'));
      expect(await counts()).toEqual(before);
    },
  );

  test('who does not score stores no score, and who scores writes no blob and over no score', async () => {
    const entry = { key: 'x', proxies: { p: 1 } };
    for (const store of [control, reader]) {
      await denied(store.scores.put('shard', [entry]));
      await denied(store.failures.put('run', [{ candidate: 'x', reason: 'crash', detail: '' }]));
    }
    for (const store of [score, reader]) {
      await denied(store.blobs.put(new Uint8Array([1, 2, 3])));
      await denied(store.latencies.put('machine', [{ key: 'x', proxies: { latency: 1 } }]));
    }
    const before = await counts();
    const jetstream = await jetstreamManager(await rawOf('zeroscout-score'), { checkAPI: false });
    const rollup = headers();
    rollup.set('Nats-Rollup', 'all');
    const publish = jetstream.jetstream().publish('zeroscout.score.shard.another', '{}', { headers: rollup });
    await expect(publish).rejects.toThrow(/rollup not permitted/);
    expect(await counts()).toEqual(before);
  });

  test('nobody hears more than the answers to its own questions, and progress', async () => {
    for (const user of ['zeroscout-control', 'zeroscout-score', 'zeroscout-reader'] as const) {
      const connection = await rawOf(user);
      const heard = new Promise<Error | null>((resolve) => {
        connection.subscribe('zeroscout.score.>', { callback: (error) => resolve(error) });
      });
      expect((await heard)?.message).toMatch(/permissions violation/i);
    }
  });
});

const raw: NatsConnection[] = [];
afterAll(() => Promise.all(raw.map((connection) => connection.close())));
async function rawOf(user: User): Promise<NatsConnection> {
  const connection = await connect({ servers: server.url, user, pass: PASSWORDS[user] });
  raw.push(connection);
  return connection;
}

/** The number of messages in each stream, as seen by the admin. */
async function counts(): Promise<Record<string, number>> {
  const jsm = await jetstreamManager(await rawOf('zeroscout'));
  const entries = STREAMS.map(async (name) => [name, (await jsm.streams.info(name)).state.messages] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function denied(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(
    () => expect.unreachable('it was allowed'),
    (reason: unknown) => reason,
  );
  const said = [error, (error as Error).cause].map(String).join(' ');
  expect(said).toMatch(/permissions violation/i);
}
