// Defines the tests that every score store must pass.

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TerminalError } from '../../core/errors.js';
import type { Proxies, Store } from '../../store/store.js';

/** Any 16-bit code units, including lone surrogates: every JavaScript string can be a key. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});

const fresh = () => `t-${randomUUID()}`;

/** Called inside `describe`; the functions that return the stores are called when a test runs. */
export function scoreContract({
  store,
  other,
}: {
  readonly store: () => Store;
  readonly other: () => Store;
}): void {
  test('a score is stored once, stays, and is seen by others', async () => {
    const scope = fresh();
    expect(await store().scores.put(scope, [{ key: 'a', proxies: { p: 1.5, q: -2e-300 } }])).toEqual([
      'stored',
    ]);
    expect(await other().scores.put(scope, [{ key: 'a', proxies: { p: 9 } }])).toEqual(['existed']);
    expect(await other().scores.get(scope, ['a', 'b'])).toEqual(new Map([['a', { p: 1.5, q: -2e-300 }]]));
  });

  test('outcomes and answers come in the order asked', async () => {
    const scope = fresh();
    await store().scores.put(scope, [{ key: 'b', proxies: { p: 2 } }]);
    const entries = ['c', 'b', 'a', 'c'].map((key, p) => ({ key, proxies: { p } }));
    expect(await store().scores.put(scope, entries)).toEqual(['stored', 'existed', 'stored', 'existed']);
    const found = await store().scores.get(scope, ['c', 'x', 'a', 'b', 'a']);
    expect([...found]).toEqual([
      ['c', { p: 0 }],
      ['a', { p: 2 }],
      ['b', { p: 2 }],
    ]);
  });

  test('nothing in, nothing out', async () => {
    expect(await store().scores.put(fresh(), [])).toEqual([]);
    expect(await store().scores.get(fresh(), [])).toEqual(new Map());
    expect(await store().scores.get(fresh(), ['a'])).toEqual(new Map());
  });

  test('of two writers of one key exactly one stores', async () => {
    const scope = fresh();
    const entries = (p: number) => Array.from({ length: 300 }, (_, i) => ({ key: `k${i}`, proxies: { p } }));
    const [mine, theirs] = await Promise.all([
      store().scores.put(scope, entries(1)),
      other().scores.put(scope, entries(2)),
    ]);
    const found = await store().scores.get(
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
    await store().scores.put(scope, [{ key: 'a', proxies }]);
    expect((await other().scores.get(scope, ['a'])).get('a')).toStrictEqual(proxies);
  });

  test('NaN is refused before anything is stored', async () => {
    const scope = fresh();
    const entries = [
      { key: 'good', proxies: { p: 1 } },
      { key: 'bad', proxies: { p: Number.NaN } },
    ];
    await expect(store().scores.put(scope, entries)).rejects.toThrow(TerminalError);
    await expect(store().scores.put(scope, entries)).rejects.toThrow('score "bad": proxy "p" is NaN');
    expect(await store().scores.get(scope, ['good', 'bad'])).toEqual(new Map());
  });

  test('an entry that is too large is refused, not half stored', async () => {
    const key = 'x'.repeat(300_000);
    await expect(store().scores.put(fresh(), [{ key, proxies: {} }])).rejects.toThrow(TerminalError);
  });

  test('a score without a required proxy is not read, and a put goes past it; others stay', async () => {
    const scope = fresh();
    const bad = [{ p: 1 }, {}, { q: -Infinity, other: 1 }];
    const keys = ['a', 'b', 'c'];
    const put = (proxies: readonly Proxies[], required?: readonly string[]) =>
      store().scores.put(
        scope,
        keys.map((key, i) => ({ key, proxies: proxies[i]!, ...(required ? { required } : {}) })),
      );
    expect(await put(bad)).toEqual(['stored', 'stored', 'stored']);
    const kept = new Map<string, Proxies>([['c', { q: -Infinity, other: 1 }]]);
    expect(await other().scores.get(scope, keys, ['q'])).toEqual(kept);
    expect([...(await other().signed.get(scope, keys, ['q'])).keys()]).toEqual(['c']);
    // Without a requirement a score is a score.
    expect(await put([{ q: 9 }, { q: 9 }, { q: 9 }])).toEqual(['existed', 'existed', 'existed']);
    expect(await put([{ q: 2 }, { q: 3 }, { q: 4 }], ['q'])).toEqual(['stored', 'stored', 'existed']);
    const mended = new Map<string, Proxies>([['a', { q: 2 }], ['b', { q: 3 }], ...kept]);
    expect(await other().scores.get(scope, keys, ['q'])).toEqual(mended);
    expect(await put([{ q: 2 }, { q: 3 }, { q: 4 }], ['q'])).toEqual(['existed', 'existed', 'existed']);
  });

  test('thousands of keys in one call', async () => {
    const scope = fresh();
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      key: `candidate ${i}`,
      proxies: { p: i / 7 },
    }));
    expect(new Set(await store().scores.put(scope, entries))).toEqual(new Set(['stored']));
    const keys = entries.map(({ key }) => key);
    const found = await other().scores.get(scope, [...keys, 'absent']);
    expect([...found.keys()]).toEqual(keys);
    expect(found.get('candidate 4999')).toEqual({ p: 4999 / 7 });
  });

  test('any key, any proxy name, any number but NaN', async () => {
    const scope = fresh();
    const proxies = fc.dictionary(anyText, fc.double({ noNaN: true }), { noNullPrototype: true });
    const entry = fc.record({ key: anyText, proxies });
    const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 20, size: 'max' });
    const seen = new Map<string, Readonly<Record<string, number>>>();
    await fc.assert(
      fc.asyncProperty(entries, async (batch) => {
        const outcomes = await store().scores.put(scope, batch);
        expect(outcomes).toEqual(batch.map(({ key }) => (seen.has(key) ? 'existed' : 'stored')));
        for (const { key, proxies } of batch) if (!seen.has(key)) seen.set(key, proxies);
        const found = await store().scores.get(
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
    await store().scores.put(one, [{ key: 'a', proxies: { p: 1 } }]);
    expect(await store().scores.get(two, ['a'])).toEqual(new Map());
    expect(await store().scores.put(two, [{ key: 'a', proxies: { p: 2 } }])).toEqual(['stored']);
    expect((await store().scores.get(one, ['a'])).get('a')).toEqual({ p: 1 });
  });
}
