// Tests what a latency budget costs by a small ranking whose figures are known.
import { expect, it } from 'vitest';
import { budgetRows } from '../../bench/studies/latency-budget-rows.js';

it('a budget lets through the fastest, and the first of them are trained once for each function', () => {
  const of = (name: string, score: number, flops: number, latency: number, accuracy: number) => ({
    function: name,
    score,
    flops,
    latency,
    accuracy,
  });
  const candidates = [
    of('a', -1, 40, 40, 94),
    of('b', -2, 30, 30, 92),
    of('b', -2, 30, 20, 91),
    of('c', -3, 10, 10, 93),
    of('d', -4, 35, 5, 80),
  ];
  const [half, all] = budgetRows({ candidates, shares: [0.6, 1], trained: 2 });
  expect(half).toEqual({
    share: 0.6,
    milliseconds: 20,
    functions: 3,
    rank: 2,
    best: 93,
    mean: 92,
    latency: 15,
    meanByFlops: (80 + 91) / 2,
    mostAccurate: 93,
    kendall: 1 / 3,
  });
  expect(all).toMatchObject({
    milliseconds: 40,
    functions: 4,
    rank: 1,
    best: 94,
    mean: 93,
    mostAccurate: 94,
  });
  expect(all!.meanByFlops).toBe((94 + 80) / 2);
});
