// Tests what training at random finds by counting every subset.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedBest, trainingsFor } from '../../../core/ranking/expected-best.js';

function subsets(values: readonly number[], n: number): number[][] {
  if (n === 0) return [[]];
  return values.flatMap((value, i) => subsets(values.slice(i + 1), n - 1).map((rest) => [value, ...rest]));
}

const VALUES = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 });

describe('expectedBest', () => {
  it('is the mean of the largest value over all subsets', () => {
    fc.assert(
      fc.property(VALUES, fc.nat(), (values, seed) => {
        const n = 1 + (seed % values.length);
        const all = subsets(values, n).map((subset) => Math.max(...subset));
        expect(expectedBest({ values, n })).toBeCloseTo(all.reduce((a, b) => a + b, 0) / all.length, 9);
      }),
    );
  });

  it('refuses a subset that is empty or larger than the list', () => {
    expect(() => expectedBest({ values: [1, 2], n: 0 })).toThrow(RangeError);
    expect(() => expectedBest({ values: [1, 2], n: 3 })).toThrow(RangeError);
  });
});

describe('trainingsFor', () => {
  it('is the fewest that reach the value', () => {
    fc.assert(
      fc.property(VALUES, fc.integer({ min: -60, max: 60 }), (values, value) => {
        const by = values.map((_, i) => i + 1).find((n) => expectedBest({ values, n }) >= value - 1e-9);
        expect(trainingsFor({ values, value })).toBe(by);
      }),
    );
  });

  it('is one where all values are the same, however their mean is rounded', () => {
    for (const value of [0.1, 0.7, 91.3, 93.7])
      for (let m = 1; m < 20; m++) expect(trainingsFor({ values: new Array(m).fill(value), value })).toBe(1);
  });
});
