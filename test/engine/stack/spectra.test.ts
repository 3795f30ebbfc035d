// In: matrices of many kinds. Out: the eigenvalues and singular values of core/proxies/eigenvalues.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal } from '../../../core/programs/random.js';
import { largestSingularValue, symmetricEigenvalues } from '../../../core/proxies/eigenvalues.js';
import { largestSingular } from '../../../engine/stack/singular.js';
import { eigenvalues } from '../../../engine/stack/spectra.js';

function random(m: number, n: number, seed: number): Float64Array {
  return Float64Array.from(normal({ key: { seed, draw: 0, name: 'spectra' }, length: m * n, std: 1 }));
}

/** A Aᵀ of a random n x rank matrix, its scale falling off by row. */
function gram(n: number, rank: number, seed: number, decay: number): Float64Array {
  const a = random(n, Math.max(1, rank), seed);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < rank; k++)
        out[i * n + j]! += a[i * rank + k]! * a[j * rank + k]! * 10 ** (-decay * (i + j));
  return out;
}

const descending = (values: Float64Array) => [...values].sort((a, b) => b - a);

describe('eigenvalues', () => {
  it('are those of the plain solver, to a share of the largest', () => {
    const sizes = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer(), fc.constantFrom(0, 0.1, 0.5), (n, rank, seed, decay) => {
        const matrix = gram(n, rank, seed, decay);
        const expected = descending(symmetricEigenvalues(matrix.slice(), n));
        const found = descending(eigenvalues(matrix, n));
        const scale = Math.max(1e-300, Math.abs(expected[0]!));
        found.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!) / scale).toBeLessThan(1e-10);
        });
      }),
    );
  });

  it('of 64 x 64, of zeros, of a diagonal, of NaN', () => {
    const matrix = gram(64, 40, 1, 0.02);
    const expected = descending(symmetricEigenvalues(matrix.slice(), 64));
    descending(eigenvalues(matrix, 64)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 9);
    });
    expect(descending(eigenvalues(new Float64Array(9), 3))).toEqual([0, 0, 0]);
    expect(descending(eigenvalues(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3))).toEqual([3, 2, 1]);
    expect([...eigenvalues(Float64Array.of(1, 0, Number.NaN, 1), 2)].every(Number.isNaN)).toBe(true);
  });
});

describe('largestSingular', () => {
  it('is that of the plain solver', () => {
    const sizes = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer(), (m, n, seed) => {
        const matrix = random(m, n, seed);
        expect(largestSingular(matrix, m, n)).toBeCloseTo(largestSingularValue(matrix, m, n), 8);
      }),
    );
  });

  it('of zeros and of NaN', () => {
    expect(largestSingular(new Float64Array(6), 2, 3)).toBe(0);
    expect(largestSingular(Float64Array.of(1, Number.NaN), 1, 2)).toBeNaN();
  });
});
