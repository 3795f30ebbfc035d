// Defines the tests that every implementation of the store must pass.
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlobError, ServiceError, TerminalError } from '../../core/errors.js';
import type { Holding, ProgressEvent, Store, Usage } from '../../store/store.js';
import { scoreContract } from './contract-scores.js';
import { signedContract } from './contract-signed.js';

/**
 * `connect` opens another store on the same data, as another process would; by default it returns the first
 * store.
 */
export function storeContract(given: {
  readonly name: string;
  readonly open: () => Promise<Store>;
  readonly connect?: () => Promise<Store>;
}): void {
  vi.setConfig({ testTimeout: 60_000 }); // megabytes are written on a machine that is shared
  const fresh = () => `t-${randomUUID()}`;
  let store: Store;
  let other: Store;

  describe(`${given.name}: the contract of a store`, () => {
    beforeAll(async () => {
      store = await given.open();
      other = given.connect ? await given.connect() : store;
    });
    afterAll(async () => {
      await store?.close();
      await other?.close();
    });

    scoreContract({ store: () => store, other: () => other });
    signedContract({ store: () => store, other: () => other });

    test.each(['', 'a.b', 'a b', '*', '>', 'ä'])('scope and run %j are refused', async (name) => {
      await expect(store.scores.put(name, [])).rejects.toThrow(TerminalError);
      await expect(store.scores.get(name, [])).rejects.toThrow(TerminalError);
      await expect(store.failures.put(name, [])).rejects.toThrow(TerminalError);
      await expect(store.failures.list(name)).rejects.toThrow(TerminalError);
    });

    test('failures: none, some, again, in order, each run its own', async () => {
      const run = fresh();
      expect(await store.failures.list(run)).toEqual([]);
      const failure = (candidate: string, reason = 'crash') => ({
        candidate,
        reason,
        detail: 'it "fell"\nover',
      });
      await store.failures.put(run, [failure('b'), failure('a')]);
      await other.failures.put(run, [failure('c'), failure('a', 'invalid')]);
      expect(await other.failures.list(run)).toEqual([failure('a'), failure('b'), failure('c')]);
      expect(await store.failures.list(fresh())).toEqual([]);
    });

    test('failures: thousands, and details of any length', async () => {
      const run = fresh();
      const failures = Array.from({ length: 3_000 }, (_, i) => ({
        candidate: `c${i}`,
        reason: 'crash',
        detail: '',
      }));
      await store.failures.put(run, failures);
      await store.failures.put(run, [{ candidate: 'long', reason: 'crash', detail: 'x'.repeat(5_000_000) }]);
      const listed = await store.failures.list(run);
      expect(listed.map(({ candidate }) => candidate)).toEqual(
        [...failures.map(({ candidate }) => candidate), 'long'].sort(),
      );
      expect(listed.at(-1)?.detail).toMatch(/^x+ … \(\d+ more characters\)$/);
    });

    test('blobs: empty, small, 50 MB, twice', async () => {
      for (const size of [0, 1, 128 * 1024, 50_000_001]) {
        const bytes = new Uint8Array(randomBytes(size));
        const digest = await store.blobs.put(bytes);
        expect(await store.blobs.put(bytes)).toBe(digest);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        for (const reader of [store, other]) {
          expect(Buffer.compare(await reader.blobs.get(digest), bytes)).toBe(0);
        }
      }
    });

    test('blobs: in pieces of any size, the same as whole', async () => {
      const bytes = new Uint8Array(randomBytes(400_000));
      let reads = 0;
      const digest = await store.blobs.putStream(async function* () {
        reads += 1;
        for (const [from, to] of [
          [0, 1],
          [1, 1],
          [1, 300_000],
          [300_000, 400_000],
        ])
          yield bytes.subarray(from, to);
      });
      expect(reads).toBeLessThanOrEqual(2);
      expect(await store.blobs.put(bytes)).toBe(digest);
      for (const reader of [store, other]) {
        const pieces: Uint8Array[] = [];
        for await (const piece of reader.blobs.stream(digest)) pieces.push(piece);
        expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0);
      }
      await expect(store.blobs.stream('0'.repeat(64))[Symbol.asyncIterator]().next()).rejects.toThrow(
        'missing',
      );
    });

    test('scores: of many at once, those that are there and those that are new', async () => {
      const scope = fresh();
      const entries = (p: number) => Array.from({ length: 50 }, (_, i) => ({ key: `${i}`, proxies: { p } }));
      await store.scores.put(scope, entries(1).slice(10, 20));
      const outcomes = await other.scores.put(scope, [...entries(2), ...entries(3).slice(0, 5)]);
      expect(outcomes.flatMap((outcome, i) => (outcome === 'existed' ? [i] : []))).toEqual([
        ...Array.from({ length: 10 }, (_, i) => 10 + i),
        ...Array.from({ length: 5 }, (_, i) => 50 + i),
      ]);
      const found = await store.scores.get(scope, ['9', '10', '19', '20', 'none']);
      expect([...found.values()].map(({ p }) => p)).toEqual([2, 1, 1, 2]);
    });

    test('blobs: writing to what was put or got changes nothing', async () => {
      const bytes = Uint8Array.from(randomBytes(10));
      const digest = await store.blobs.put(bytes);
      const before = bytes.slice();
      bytes.fill(0);
      (await store.blobs.get(digest)).fill(1);
      expect(await store.blobs.get(digest)).toEqual(before);
    });

    test('blobs: what is missing or no digest is a BlobError', async () => {
      await expect(store.blobs.get('0'.repeat(64))).rejects.toThrow(BlobError);
      await expect(store.blobs.get('0'.repeat(64))).rejects.toThrow('missing');
      await expect(store.blobs.get('../etc/passwd')).rejects.toThrow(BlobError);
    });

    test('housekeeping: what is there, since when, and gone when deleted', async () => {
      const began = Date.now() - 1_000; // the clocks of two processes may differ
      const { housekeeping } = other;
      const [scope, kept, run] = [fresh(), fresh(), fresh()];
      const proxies = { a: 1 };
      await store.scores.put(scope, [
        { key: 'x', proxies },
        { key: 'y', proxies },
      ]);
      await store.scores.put(kept, [{ key: 'x', proxies }]);
      await store.failures.put(run, [{ candidate: 'c', reason: 'crash', detail: '' }]);
      const usageOf = async (what: Usage['what']) =>
        (await housekeeping.usage()).find((each) => each.what === what)!;
      const empty = await usageOf('blobs');
      const bytes = new Uint8Array(randomBytes(3_000));
      const digest = await store.blobs.put(bytes);
      const find = async (list: Promise<Holding[]>, name: string) =>
        (await list).find((holding) => holding.name === name);
      const found = await find(housekeeping.scopes(), scope);
      expect(found).toMatchObject({ count: 2 });
      expect(found!.bytes).toBeGreaterThan(0);
      const failed = await find(housekeeping.failureRuns(), run);
      expect(failed).toMatchObject({ count: 1 });
      const blob = await find(housekeeping.blobs(), digest);
      expect(blob).toMatchObject({ count: 1, bytes: 3_000 });
      // What is young is not deleted.
      for (const { newest } of [found!, failed!, blob!]) expect(newest).toBeGreaterThan(began);
      const usage = new Map((await housekeeping.usage()).map((each) => [each.what, each]));
      expect([...usage.keys()]).toEqual(['scores', 'latencies', 'failures', 'blobs']);
      expect(usage.get('scores')!.messages).toBeGreaterThanOrEqual(3);
      expect(usage.get('scores')!.bytes).toBeGreaterThan(0);
      expect(usage.get('failures')!.messages).toBeGreaterThanOrEqual(1);
      expect(usage.get('blobs')!.bytes).toBeGreaterThanOrEqual(3_000);
      // Scopes share the bytes of their streams; each share is rounded.
      const scopes = await housekeeping.scopes();
      const shares = scopes.reduce((sum, holding) => sum + holding.bytes, 0);
      const all = usage.get('scores')!.bytes + usage.get('latencies')!.bytes;
      expect(Math.abs(shares - all)).toBeLessThanOrEqual(scopes.length);
      // A blob that is put again within a day is the same one.
      await store.blobs.put(bytes);
      expect(await find(housekeeping.blobs(), digest)).toEqual(blob);

      await housekeeping.deleteScope(scope);
      await housekeeping.deleteFailures(run);
      await housekeeping.deleteBlob(digest);
      await housekeeping.deleteBlob(digest);
      await housekeeping.deleteScope(fresh());
      expect(await find(housekeeping.scopes(), scope)).toBeUndefined();
      expect(await find(housekeeping.failureRuns(), run)).toBeUndefined();
      expect(await find(housekeeping.blobs(), digest)).toBeUndefined();
      expect((await usageOf('blobs')).bytes).toBeLessThanOrEqual(empty.bytes);
      expect((await other.scores.get(scope, ['x', 'y'])).size).toBe(0);
      expect((await other.scores.get(kept, ['x'])).size).toBe(1);
      expect(await other.failures.list(run)).toEqual([]);
      await expect(housekeeping.deleteScope('a.*')).rejects.toThrow(TerminalError);

      // The score is as if it had never been put.
      expect(await store.scores.put(scope, [{ key: 'x', proxies }])).toEqual(['stored']);
      expect(await store.blobs.put(bytes)).toBe(digest);
      expect(await other.blobs.get(digest)).toEqual(bytes);
      await housekeeping.deleteScope(scope);
    });

    test('latencies: the first one stays, apart from scores, listed and deleted with them', async () => {
      const began = Date.now() - 1_000;
      const [scope, keys] = [fresh(), Array.from({ length: 20 }, (_, i) => `c${i}`)];
      expect((await other.latencies.get(scope, keys)).size).toBe(0);
      const entries = keys.map((key, i) => ({ key, proxies: { latency: i } }));
      expect(new Set(await store.latencies.put(scope, entries))).toEqual(new Set(['stored']));
      expect(await other.latencies.put(scope, [{ key: 'c1', proxies: { latency: 9 } }])).toEqual(['existed']);
      const found = await other.latencies.get(scope, ['none', ...keys.toReversed()]);
      expect([...found]).toEqual(entries.map(({ key, proxies }) => [key, proxies]).toReversed());
      expect((await other.scores.get(scope, keys)).size).toBe(0);
      const holding = (await other.housekeeping.scopes()).find(({ name }) => name === scope);
      expect(holding).toMatchObject({ count: 20 });
      expect(holding!.newest).toBeGreaterThan(began);
      await other.housekeeping.deleteScope(scope);
      expect((await other.latencies.get(scope, keys)).size).toBe(0);
      expect((await other.housekeeping.scopes()).some(({ name }) => name === scope)).toBe(false);
    });

    test.each(['search-1', 'any name. *at* >all'])(
      'progress of %j reaches its listeners until they leave',
      async (name) => {
        const search = `${name}${fresh()}`;
        const event = { shard: 3, scored: 10, reused: 2, failed: 1 };
        const heard: ProgressEvent[] = [];
        const leave = other.progress.subscribe(search, (got) => heard.push(got));
        const quit = other.progress.subscribe(search, () => {
          throw new Error('a listener that fails');
        });
        await vi.waitFor(() => {
          store.progress.publish(search, event);
          expect(heard[0]).toEqual(event);
        });
        store.progress.publish(`${search}-other`, { ...event, shard: 4 });
        leave();
        quit();
        const count = heard.length;
        store.progress.publish(search, event);
        await store.scores.get(fresh(), ['flush']);
        await other.scores.get(fresh(), ['flush']);
        expect(heard.length).toBe(count);
        expect(new Set(heard.map(({ shard }) => shard))).toEqual(new Set([3]));
      },
    );

    test('a closed store says so, twice is fine, and progress stays silent', async () => {
      const closing = given.connect ? await given.connect() : await given.open();
      await closing.close();
      await closing.close();
      await expect(closing.scores.get('s', ['a'])).rejects.toThrow(ServiceError);
      await expect(closing.blobs.put(new Uint8Array(1))).rejects.toThrow('closed');
      closing.progress.publish('s', { shard: 0, scored: 0, reused: 0, failed: 0 });
      closing.progress.subscribe('s', () => {})();
    });
  });
}
