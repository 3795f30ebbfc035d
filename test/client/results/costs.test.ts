// Tests which latency, which known accuracy and which order of equal costs counts, and what a Pareto front says it leaves
// out.
import { describe, expect, it } from 'vitest';
import { computeAgreements } from '../../../client/results/correlate.js';
import { createAccuracyLookup } from '../../../client/results/known-accuracies.js';
import { latenciesOf } from '../../../client/results/latencies.js';
import { findParetoFront } from '../../../client/results/pareto.js';
import type { Results } from '../../../client/results/results.js';
import type { RankingRow } from '../../../core/report/ranking-csv.js';
import { noBlocks } from '../../../core/spaces/no-blocks.js';
import type { Space } from '../../../core/spaces/space.js';
import { createMemoryStore } from '../../../store/memory.js';

const rowOf = (rank: number, candidate: string, latency?: number): RankingRow => ({
  rank,
  candidate,
  score: -rank,
  proxies: { complexity: 5 },
  parameters: 1,
  ...(latency === undefined ? {} : { latency }),
});
const ROWS = [rowOf(1, 'a', 10), rowOf(2, 'b', 20), rowOf(3, 'c')];

describe('latencies', () => {
  it('are those of the first scope that has one, before that in the ranking', async () => {
    const store = createMemoryStore();
    await store.latencies.put('later', [{ key: 'a', proxies: { latency: 3 } }]);
    await store.latencies.put('search', [
      { key: 'a', proxies: { latency: 4 } },
      { key: 'c', proxies: { latency: 5 } },
    ]);
    const found = await latenciesOf({ store, scopes: { later: 'm', search: 'm' }, rows: ROWS });
    expect(Object.fromEntries([...found].map(([name, { latency }]) => [name, latency]))).toEqual({
      a: 3,
      b: 20,
      c: 5,
    });
  });

  it('that are missing are counted by a front', async () => {
    const results = {
      summary: { id: 'one' },
      first: async () => ROWS,
      latencies: async () => new Map([['a', { latency: 10 }]]),
    } as unknown as Results;
    const front = (cost: 'latency' | 'flops') =>
      findParetoFront({ results, cost, flopsOf: (candidate) => candidate.charCodeAt(0) });
    expect(await front('latency')).toMatchObject({ size: 1, ranked: 3, withoutLatency: 2 });
    expect(await front('flops')).toMatchObject({ size: 1, ranked: 3, withoutLatency: 0 });
  });
});

/** A space whose candidates with equal first letters are one function. */
const space = {
  accuraciesOf: 'classes',
  canonicalKey: (candidate: string) => candidate[0]!,
  costs: () => ({ flops: 5, parameters: 1 }),
  network: noBlocks('a space'),
} as unknown as Space;

it('the accuracy of a candidate itself counts before that of its class', () => {
  const accuracy = new Map([
    ['a1', [90]],
    ['a2', [80]],
  ]);
  const of = createAccuracyLookup({ accuracy, datasets: ['x'] }, space);
  expect([of('a1'), of('a2'), of('a3'), of('b1')]).toEqual([[90], [80], [80], undefined]);
  const { accuraciesOf: _, ...plain } = space;
  const written = createAccuracyLookup({ accuracy, datasets: ['x'] }, plain);
  expect([written('a2'), written('a3')]).toEqual([[80], undefined]);
});

it('equal costs are ordered by texts, whatever the order of the ranking is', () => {
  const names = Array.from({ length: 30 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${i}`);
  const accuracy = new Map(names.map((name, i) => [name, [50 + ((i * 7) % 30)]]));
  const truth = { accuracy, datasets: ['x'] };
  const { accuraciesOf: _, ...plain } = space;
  const own: Space = { ...plain, canonicalKey: (name) => name };
  const flopsTop = (order: readonly string[]) => {
    const rows = order.map((candidate, i) => rowOf(i + 1, candidate));
    const [found] = computeAgreements({ rows, truth, space: own, resolution: 8 });
    return found!.baselines.flops!.top;
  };
  const sorted = names.toSorted();
  const best = names.toSorted((a, b) => accuracy.get(b)![0]! - accuracy.get(a)![0]!);
  expect(flopsTop(best)).toEqual(flopsTop(sorted));
  expect(flopsTop(best)[0]!.mean).toBe(accuracy.get(sorted[0]!)![0]);
});
