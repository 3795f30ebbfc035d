// Tests the quality of the top of a ranking against worked examples and bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndcg, topQuality, topStability } from '../../../core/ranking/quality.js';

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
        const best = [...values].sort((a, b) => b - a);
        expect(ndcg(best)).toBeCloseTo(1, 9);
        expect(ndcg(values)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
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
  });
});
