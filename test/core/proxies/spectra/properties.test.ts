// Tests properties that hold for the eigenvalues and singular values of any matrix.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from '../../../../core/proxies/spectra/eigenvalues.js';
import { largestSingularValue } from '../../../../core/proxies/spectra/singular-value.js';
import { matrix, powerIteration, random, similar, symmetric, transpose } from './matrices.js';

/** The eigenvalues in ascending order. */
const eigenvalues = (a: Float64Array, n: number) => symmetricEigenvalues(a, n).sort();

const square = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(1, 2, 5))
  .map(([n, seed, zeros]) => ({ n, seed, a: symmetric(n, seed).map((v, k) => (k % zeros ? 0 : v)) }))
  .map(({ n, seed, a }) => ({ n, seed, a: matrix(n, (i, j) => a[Math.max(i, j) * n + Math.min(i, j)]!) }));

describe('properties', () => {
  it('trace and Frobenius norm are those of the eigenvalues', () => {
    fc.assert(
      fc.property(square, ({ n, a }) => {
        const values = eigenvalues(a, n);
        let trace = 0;
        for (let i = 0; i < n; i++) trace += a[i * n + i]!;
        expect(values.reduce((sum, v) => sum + v, 0)).toBeCloseTo(trace, 10);
        const frobenius = a.reduce((sum, v) => sum + v * v, 0);
        expect(values.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(frobenius, 9);
      }),
    );
  });

  it('a shift shifts them, a factor multiplies them, a rotation leaves them', () => {
    fc.assert(
      fc.property(square, fc.double({ min: -9, max: 9, noNaN: true }), ({ n, a, seed }, by) => {
        const values = eigenvalues(a, n);
        const close = (b: Float64Array, expected: Float64Array) => {
          const found = eigenvalues(b, n);
          found.forEach((v, i) => void expect(v).toBeCloseTo(expected[i]!, 9));
        };
        close(
          a.map((v, k) => (k % (n + 1) ? v : v + by)),
          values.map((v) => v + by),
        );
        close(
          a.map((v) => v * by),
          values.map((v) => v * by).sort(),
        );
        close(similar(a, n, seed), values);
      }),
    );
  });

  it('only the lower triangle counts', () => {
    fc.assert(
      fc.property(square, ({ n, a }) => {
        const lower = a.map((v, k) => (k % n > Math.floor(k / n) ? 99 : v));
        expect(eigenvalues(lower, n)).toEqual(eigenvalues(a, n));
      }),
    );
  });

  it('the largest singular value agrees with power iteration and does not mind transposition', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat());
    fc.assert(
      fc.property(sizes, ([m, n, seed]) => {
        const a = random(m * n, seed);
        const sigma = largestSingularValue(a, m, n);
        expect(sigma).toBeCloseTo(powerIteration(a, m, n, 2000), 4);
        expect(largestSingularValue(transpose(a, m, n), n, m)).toBeCloseTo(sigma, 9);
        expect(
          largestSingularValue(
            a.map((v) => -3 * v),
            m,
            n,
          ),
        ).toBeCloseTo(3 * sigma, 9);
      }),
    );
  });
});
