// Tests after every insertion that the history has the same best candidates as a new ranking.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHistory, type HistoryOptions } from '../../../core/evolution/history.js';
import { createOrderStatistics } from '../../../core/evolution/order-statistics.js';
import { selectHighest } from '../../../core/evolution/select-highest.js';
import { randomStream } from '../../../core/random/random-stream.js';
import { aggregate } from '../../../core/ranking/aggregate.js';
import { ascendingRanks } from '../../../core/ranking/ranks.js';

type Entry = readonly Readonly<Record<string, number>>[];

/** The plain definition: rank and sort everything. */
function plainBest({ columns, draws, kind, best }: HistoryOptions, entries: readonly Entry[]): number[] {
  const scores = aggregate({
    kind,
    columns: columns.map(({ proxy, weight }) => ({
      proxy,
      weight,
      draws: Array.from({ length: draws }, (_, draw) => entries.map((entry) => entry[draw]![proxy]!)),
    })),
  });
  return [...entries.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, best)
    .sort((a, b) => a - b);
}

const COLUMNS = ['expressivity', 'progressivity', 'trainability', 'complexity'].map((proxy) => ({
  proxy,
  weight: 1,
}));

/**
 * The plain definition for one draw and equal weights. Ranks are updated incrementally, everything else is
 * recomputed.
 */
function countingBest({ columns, best }: HistoryOptions) {
  const values: number[][] = columns.map(() => []);
  const ranks: number[][] = columns.map(() => []);
  return (entry: Entry): number[] => {
    columns.forEach(({ proxy }, c) => {
      const added = entry[0]![proxy]!;
      let rank = 1;
      values[c]!.forEach((value, i) => {
        ranks[c]![i]! += value > added ? 1 : value === added ? 0.5 : 0;
        rank += value < added ? 1 : value === added ? 0.5 : 0;
      });
      values[c]!.push(added);
      ranks[c]!.push(rank);
    });
    const n = ranks[0]!.length;
    const scores = Float64Array.from({ length: n }, (_, i) =>
      ranks.reduce((sum, column) => sum + Math.log(column[i]! / n), 0),
    );
    const threshold = n <= best ? -Infinity : scores.toSorted()[n - best]!;
    const above = [...scores.keys()].filter((i) => scores[i]! > threshold);
    const equal = [...scores.keys()].filter((i) => scores[i]! === threshold);
    return [...above, ...equal.slice(0, best - above.length)].sort((a, b) => a - b);
  };
}

test('5,000 steps of an evolution: the same parents as by the plain definition', () => {
  const options: HistoryOptions = { columns: COLUMNS, draws: 1, kind: 'log-rank', best: 63 };
  const history = createHistory(options);
  const plain = countingBest(options);
  const entries: Entry[] = [];
  const { below } = randomStream({ seed: 5, draw: 0, name: 'history.test' });
  let best = history.best();
  expect([...best]).toEqual([]);
  for (let step = 0; step < 5000; step++) {
    // A child is near its parent, coarse values tie, and some values are missing.
    const parent = step < 10 ? undefined : entries[best[below(best.length)]!]![0]!;
    const child = COLUMNS.map(({ proxy }) => {
      const value = (parent?.[proxy] ?? 0) + below(21) - 10;
      return [proxy, below(50) === 0 ? -Infinity : value] as const;
    });
    entries.push([Object.fromEntries(child)]);
    history.insert(entries.at(-1)!);
    best = history.best();
    const expected = plain(entries.at(-1)!);
    expect([...best]).toEqual(expected);
    if (step % 500 === 0) expect(expected).toEqual(plainBest(options, entries));
  }
  expect(history.size()).toBe(5000);
}, 120_000);

test('any weights, draws and kind', () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double(), fc.constant(-Infinity));
  const shape = fc.record({
    weights: fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 3 }),
    draws: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('log-rank' as const, 'linear-rank' as const),
    best: fc.integer({ min: 1, max: 12 }),
  });
  const run = shape.chain(({ weights, draws, kind, best }) => {
    const columns = weights.map((weight, i) => ({ proxy: `p${i}`, weight }));
    const one = fc.record(Object.fromEntries(columns.map(({ proxy }) => [proxy, value])));
    const entry = fc.array(one, { minLength: draws, maxLength: draws });
    return fc.record({
      options: fc.constant({ columns, draws, kind, best }),
      entries: fc.array(entry, { minLength: 1, maxLength: 60, size: 'max' }),
      every: fc.integer({ min: 1, max: 7 }),
    });
  });
  fc.assert(
    fc.property(run, ({ options, entries, every }) => {
      const history = createHistory(options);
      for (const [i, entry] of entries.entries()) {
        history.insert(entry);
        if (i % every !== 0) continue;
        expect([...history.best()]).toEqual(plainBest(options, entries.slice(0, i + 1)));
      }
    }),
    { numRuns: 300 },
  );
});

/**
 * Forty candidates whose ranks under p and q add up to about 40, but for the first, which is the best by far, and
 * `second`, whose ranks add up to 8 or 5 less than those of the first.
 */
function ranked(second: 'is one of them' | 'comes later') {
  const [first, next] = [
    { p: 40, q: 30 },
    { p: second === 'is one of them' ? 23 : 26, q: 39 },
  ];
  const left = (taken: readonly number[]) =>
    Array.from({ length: 40 }, (_, i) => i + 1).filter((rank) => !taken.includes(rank));
  const [p, q] = [left([first!.p, next!.p]), left([first!.q, next!.q]).toReversed()];
  const others = p.map((rank, i) => ({ p: rank, q: q[i]! }));
  const all = second === 'is one of them' ? [first!, ...others, next!] : [first!, ...others];
  return { all, next: next! };
}

test.each(['is one of them', 'comes later'] as const)(
  'a candidate whose ranks rise under each of several draws is seen in time: it %s',
  (second) => {
    const columns = ['p', 'q'].map((proxy) => ({ proxy, weight: 1 }));
    const options: HistoryOptions = { columns, draws: 3, kind: 'linear-rank', best: 1 };
    const history = createHistory(options);
    const entries: Entry[] = [];
    const insert = (one: { readonly p: number; readonly q: number }) => {
      entries.push([one, one, one]);
      history.insert(entries.at(-1)!);
    };
    const { all, next } = ranked(second);
    all.forEach(insert);
    expect([...history.best()]).toEqual([0]);
    if (second === 'comes later') insert(next);
    const at = entries.findIndex(([one]) => one === next);
    // Each of these is below all under p, and under q above the first and below the second.
    for (let i = 1; i <= 9; i++) {
      insert({ p: -i, q: 30.5 });
      expect([...history.best()]).toEqual(plainBest(options, entries));
    }
    expect([...history.best()]).toEqual([at]);
  },
);

test('as long as there are fewer than asked for, all are the best', () => {
  const columns = ['p', 'q'].map((proxy) => ({ proxy, weight: 1 }));
  const history = createHistory({ columns, draws: 1, kind: 'linear-rank', best: 20 });
  for (let i = 0; i < 8; i++) history.insert([{ p: i, q: -i }]);
  expect(history.best()).toHaveLength(8);
  // It is below all others, whose ranks add up to the same.
  history.insert([{ p: -9, q: -9 }]);
  expect([...history.best()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

describe('parts', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constant(-Infinity)), {
    minLength: 1,
  });

  test('order statistics answer the ranks of a sort', () => {
    fc.assert(
      fc.property(values, fc.nat(), (column, at) => {
        const statistics = createOrderStatistics();
        column.forEach((value, i) => {
          if (i === at % column.length) statistics.compact();
          statistics.insert(value);
        });
        expect(column.map(statistics.rank)).toEqual([...ascendingRanks(column)]);
      }),
    );
  });

  test('the highest are those of a sort, the earlier first', () => {
    const clean = values.map((column) => Float64Array.from(column, (v) => (Number.isNaN(v) ? 0 : v)));
    fc.assert(
      fc.property(clean, fc.integer({ min: 1, max: 12 }), (scores, count) => {
        const sorted = [...scores.keys()].sort((a, b) => {
          if (scores[a] === scores[b]) return a - b;
          return scores[b]! > scores[a]! ? 1 : -1;
        });
        expect([...selectHighest({ scores, count })]).toEqual(sorted.slice(0, count).sort((a, b) => a - b));
      }),
    );
  });
});
