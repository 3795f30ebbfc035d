// In: a way to open stores on one body of data. Out: the tests that every implementation of the store has to pass.
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlobError, ServiceError } from '../../core/spec/errors.js';
import type { ProgressEvent, Store } from '../../store/store.js';

/** Any 16-bit code units, lone surrogates among them: what a JavaScript string can be, a key can be. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});

/** `connect` opens another store on the same data, as another process would; without it the second is the first. */
export function storeContract(given: {
  readonly name: string;
  readonly open: () => Promise<Store>;
  readonly connect?: () => Promise<Store>;
}): void {
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

    test('a score is stored once, stays, and is seen by others', async () => {
      const scope = fresh();
      expect(await store.scores.put(scope, [{ key: 'a', proxies: { p: 1.5, q: -2e-300 } }])).toEqual([
        'stored',
      ]);
      expect(await other.scores.put(scope, [{ key: 'a', proxies: { p: 9 } }])).toEqual(['existed']);
      expect(await other.scores.get(scope, ['a', 'b'])).toEqual(new Map([['a', { p: 1.5, q: -2e-300 }]]));
    });

    test('outcomes and answers come in the order asked', async () => {
      const scope = fresh();
      await store.scores.put(scope, [{ key: 'b', proxies: { p: 2 } }]);
      const entries = ['c', 'b', 'a', 'c'].map((key, p) => ({ key, proxies: { p } }));
      expect(await store.scores.put(scope, entries)).toEqual(['stored', 'existed', 'stored', 'existed']);
      const found = await store.scores.get(scope, ['c', 'x', 'a', 'b', 'a']);
      expect([...found]).toEqual([
        ['c', { p: 0 }],
        ['a', { p: 2 }],
        ['b', { p: 2 }],
      ]);
    });

    test('nothing in, nothing out', async () => {
      expect(await store.scores.put(fresh(), [])).toEqual([]);
      expect(await store.scores.get(fresh(), [])).toEqual(new Map());
      expect(await store.scores.get(fresh(), ['a'])).toEqual(new Map());
    });

    test('of two writers of one key exactly one stores', async () => {
      const scope = fresh();
      const entries = (p: number) =>
        Array.from({ length: 300 }, (_, i) => ({ key: `k${i}`, proxies: { p } }));
      const [mine, theirs] = await Promise.all([
        store.scores.put(scope, entries(1)),
        other.scores.put(scope, entries(2)),
      ]);
      const found = await store.scores.get(
        scope,
        entries(0).map(({ key }) => key),
      );
      for (let i = 0; i < 300; i++) {
        expect([mine[i], theirs[i]].sort()).toEqual(['existed', 'stored']);
        expect(found.get(`k${i}`)).toEqual({ p: mine[i] === 'stored' ? 1 : 2 });
      }
    });

    test('infinities and both zeros survive', async () => {
      const scope = fresh();
      const proxies = { low: -Infinity, high: Infinity, zero: 0, minus: -0, tiny: Number.MIN_VALUE };
      await store.scores.put(scope, [{ key: 'a', proxies }]);
      expect((await other.scores.get(scope, ['a'])).get('a')).toStrictEqual(proxies);
    });

    test('NaN is refused before anything is stored', async () => {
      const scope = fresh();
      const entries = [
        { key: 'good', proxies: { p: 1 } },
        { key: 'bad', proxies: { p: Number.NaN } },
      ];
      await expect(store.scores.put(scope, entries)).rejects.toThrow(RangeError);
      await expect(store.scores.put(scope, entries)).rejects.toThrow('score "bad": proxy "p" is NaN');
      expect(await store.scores.get(scope, ['good', 'bad'])).toEqual(new Map());
    });

    test('an entry that is too large is refused, not half stored', async () => {
      const key = 'x'.repeat(300_000);
      await expect(store.scores.put(fresh(), [{ key, proxies: {} }])).rejects.toThrow(RangeError);
    });

    test('thousands of keys in one call', async () => {
      const scope = fresh();
      const entries = Array.from({ length: 5_000 }, (_, i) => ({
        key: `candidate ${i}`,
        proxies: { p: i / 7 },
      }));
      expect(new Set(await store.scores.put(scope, entries))).toEqual(new Set(['stored']));
      const keys = entries.map(({ key }) => key);
      const found = await other.scores.get(scope, [...keys, 'absent']);
      expect([...found.keys()]).toEqual(keys);
      expect(found.get('candidate 4999')).toEqual({ p: 4999 / 7 });
    });

    test('any key, any proxy name, any number but NaN', async () => {
      const scope = fresh();
      const proxies = fc.dictionary(anyText, fc.double({ noNaN: true }), { noNullPrototype: true });
      const entry = fc.record({ key: anyText, proxies });
      const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 20 });
      const seen = new Map<string, Readonly<Record<string, number>>>();
      await fc.assert(
        fc.asyncProperty(entries, async (batch) => {
          const outcomes = await store.scores.put(scope, batch);
          expect(outcomes).toEqual(batch.map(({ key }) => (seen.has(key) ? 'existed' : 'stored')));
          for (const { key, proxies } of batch) if (!seen.has(key)) seen.set(key, proxies);
          const found = await store.scores.get(
            scope,
            batch.map(({ key }) => key),
          );
          expect(found).toEqual(new Map(batch.map(({ key }) => [key, seen.get(key)])));
        }),
        { numRuns: 100 },
      );
    });

    test('scopes do not see each other', async () => {
      const [one, two] = [fresh(), fresh()];
      await store.scores.put(one, [{ key: 'a', proxies: { p: 1 } }]);
      expect(await store.scores.get(two, ['a'])).toEqual(new Map());
      expect(await store.scores.put(two, [{ key: 'a', proxies: { p: 2 } }])).toEqual(['stored']);
      expect((await store.scores.get(one, ['a'])).get('a')).toEqual({ p: 1 });
    });

    test.each(['', 'a.b', 'a b', '*', '>', 'ä'])('scope and run %j are refused', async (name) => {
      await expect(store.scores.put(name, [])).rejects.toThrow(RangeError);
      await expect(store.scores.get(name, [])).rejects.toThrow(RangeError);
      await expect(store.failures.put(name, [])).rejects.toThrow(RangeError);
      await expect(store.failures.list(name)).rejects.toThrow(RangeError);
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
