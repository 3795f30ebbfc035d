// Tests the quality of the top of a ranking against worked examples and bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownOf, qualitiesOf } from '../../../core/comparison/quality.js';
import { rankingAgreement } from '../../../core/ranking/agreement.js';
import { exponentialNdcg, ndcg, topQuality, topStability } from '../../../core/ranking/quality.js';

describe('topQuality', () => {
  it('takes mean and best of the first k, and of all when there are fewer', () => {
    const accuracies = [90, 94, 80];
    expect(topQuality({ accuracies, k: 2 })).toEqual({ k: 2, mean: 92, best: 94 });
    expect(topQuality({ accuracies, k: 50 })).toEqual({ k: 3, mean: 88, best: 94 });
  });
});

describe('ndcg', () => {
  it('agrees with a worked example', () => {
    // Gains above the worst are 2, 0, 3; discounts are log2 of 2, 3, 4.
    const found = 2 / 1 + 0 + 3 / 2;
    const ideal = 3 / 1 + 2 / Math.log2(3);
    expect(ndcg([12, 10, 13])).toBeCloseTo(found / ideal, 12);
  });

  it('is 1 for the order of accuracy, and never more', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 }), (values) => {
        fc.pre(new Set(values).size > 1);
        const best = [...values].sort((a, b) => b - a);
        expect(ndcg(best)).toBeCloseTo(1, 9);
        expect(ndcg(values)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});

describe('infinite values', () => {
  it('count as the worst and the best of the finite ones', () => {
    expect(ndcg([3, -Infinity, 5, 2])).toBe(ndcg([3, 2, 5, 2]));
    expect(ndcg([3, Infinity, 5, 2])).toBe(ndcg([3, 5, 5, 2]));
    expect(exponentialNdcg([3, -Infinity, 5, 2])).toBe(exponentialNdcg([3, 2, 5, 2]));
  });
});

describe('exponentialNdcg of a long list', () => {
  it('reads the first thousand', () => {
    const accuracies = Array.from({ length: 1_003 }, (_, i) => ((i * 37) % 1_003) / 10);
    const swapped = (a: number, b: number) =>
      exponentialNdcg(accuracies.with(a, accuracies[b]!).with(b, accuracies[a]!));
    expect(swapped(1_000, 1_002)).toBe(exponentialNdcg(accuracies));
    expect(swapped(999, 1_002)).not.toBe(exponentialNdcg(accuracies));
  });
});

describe('nDCG of accuracies that are all equal', () => {
  it('is not defined, since no order is better than another', () => {
    expect([ndcg([90, 90, 90]), ndcg([0]), exponentialNdcg([0, 0])]).toEqual([NaN, NaN, NaN]);
    // Gains of 2^accuracy - 1 are above 0, and every order is the ideal one.
    expect(exponentialNdcg([90, 90])).toBe(1);
    const rows = ['a', 'b', 'c'].map((unit, i) => ({ unit, score: i, accuracy: 90 }));
    expect(rankingAgreement(rows)).toMatchObject({ ndcg: NaN, written: { kendall: NaN } });
    const known = knownOf(
      rows.map((_, unit) => ({ unit, accuracy: 90 })),
      1,
    );
    const ranker = { name: 'score', kind: 'aggregation' as const, scores: Float64Array.of(0, 1, 2) };
    expect(qualitiesOf([ranker], known)[0]!.ndcg).toEqual({ value: null, interval: null });
  });
});

describe('topStability', () => {
  it('is the mean share that pairs of rankings have in common', () => {
    const rankings = [
      ['a', 'b', 'c', 'd'],
      ['b', 'a', 'd', 'c'],
      ['c', 'd', 'a', 'b'],
    ];
    expect(topStability({ rankings, k: 2 })).toBeCloseTo((1 + 0 + 0) / 3, 12);
    expect(topStability({ rankings: [['a']], k: 50 })).toBe(1);
    // Of fewer than k, all are the first.
    expect(topStability({ rankings: rankings.slice(0, 2), k: 50 })).toBe(1);
  });
});
