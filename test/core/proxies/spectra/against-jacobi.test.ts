// Tests eigenvalues and singular values against a slow plain method, or against those from which a matrix was
// constructed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spectralEntropy } from '../../../../core/proxies/az-nas.js';
import { DOUBLE_UP_TO, symmetricEigenvalues } from '../../../../core/proxies/spectra/eigenvalues.js';
import {
  largestSingularValue,
  DOUBLE_UP_TO as SINGULAR_DOUBLE_UP_TO,
} from '../../../../core/proxies/spectra/singular-value.js';
import { diagonal, jacobi, matrix, multiply, random, similar, symmetric, transpose } from './matrices.js';

const largest = (values: ArrayLike<number>) => Math.max(0, ...Array.from(values, Math.abs));

/** Compares up to a share of the largest value, which is what a backward stable method guarantees. */
function expectClose(found: Float64Array, expected: ArrayLike<number>, share: number) {
  const sorted = Float64Array.from(expected).sort();
  const allowed = share * largest(sorted);
  expect(found).toHaveLength(sorted.length);
  found.sort().forEach((value, i) => {
    expect(Math.abs(value - sorted[i]!), `${value} against ${sorted[i]}`).toBeLessThanOrEqual(allowed);
  });
}

/** B Bᵀ of a random n x rank matrix whose rows decrease. */
function covariance(n: number, rank: number, seed: number, decay: number): Float64Array {
  const b = random(n * rank, seed).map((value, k) => value * 10 ** (-decay * Math.floor(k / rank)));
  return multiply(b, transpose(b, n, rank), n, rank, n);
}

const KINDS = {
  random: (n: number, seed: number) => symmetric(n, seed),
  covariance: (n: number, seed: number) => covariance(n, 2 * n, seed, 0),
  'of low rank': (n: number, seed: number) => covariance(n, Math.ceil(n / 3), seed, 0),
  graded: (n: number, seed: number) => covariance(n, n, seed, 0.3),
  'graded from small to large': (n: number, seed: number) => covariance(n, n, seed, -0.3),
  clustered: (n: number, seed: number) =>
    similar(diagonal(Array.from({ length: n }, (_, i) => 1 + (i % 3) + 1e-9 * i)), n, seed),
  diagonal: (n: number, seed: number) => diagonal(random(n, seed)),
  'of blocks': (n: number, seed: number) =>
    symmetric(n, seed).map((v, k) => (Math.floor(k / n) >> 2 === (k % n) >> 2 ? v : 0)),
  zero: (n: number) => new Float64Array(n * n),
};

describe('small matrices agree with Jacobi', () => {
  it.each(Object.entries(KINDS))('%s', (_, make) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 22 }), fc.nat(1e6), (n, seed) => {
        const a = make(n, seed);
        const expected = jacobi(a, n);
        expectClose(symmetricEigenvalues(a, n), expected, 1e-13);
        const squared = jacobi(multiply(transpose(a, n, n), a, n, n, n), n);
        const sigma = Math.sqrt(Math.max(0, squared[n - 1]!));
        expect(Math.abs(largestSingularValue(a, n, n) - sigma)).toBeLessThanOrEqual(1e-12 * sigma);
      }),
      { numRuns: 25 },
    );
  });

  it('singular values of any shape', () => {
    const sides = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(sides, sides, fc.nat(1e6), (m, n, seed) => {
        const a = random(m * n, seed);
        const gram = multiply(a, transpose(a, m, n), m, n, m);
        expect(largestSingularValue(a, m, n)).toBeCloseTo(Math.sqrt(jacobi(gram, m)[m - 1]!), 11);
      }),
    );
  });
});

describe.each([64, 65, 192, DOUBLE_UP_TO, DOUBLE_UP_TO + 1, 322])('of %i channels', (n) => {
  const share = (doubleUpTo: number) => (n <= doubleUpTo ? 1e-13 : 4e-6);
  const spectra: Readonly<Record<string, (i: number) => number>> = {
    'steep, over ten orders of magnitude': (i) => 10 ** ((-10 * i) / n),
    'one far above the others': (i) => (i === 0 ? 1e4 : 1 + i / n),
    'of low rank': (i) => (i < n / 4 ? 1 + i : 0),
    'three values, many times each': (i) => (i % 3) + 1,
    'the largest twenty nearly equal': (i) => (i < 20 ? 1 + 1e-6 * i : 0.9 * (1 - i / n)),
  };
  it.each(Object.entries(spectra))('%s', (_, value) => {
    const values = Float64Array.from({ length: n }, (_, i) => value(i));
    const hidden = similar(diagonal(values), n, n);
    const found = symmetricEigenvalues(hidden, n);
    expectClose(found, values, share(DOUBLE_UP_TO));
    const entropy = spectralEntropy(values);
    expect(Math.abs(spectralEntropy(found) - entropy) / Math.max(1, entropy)).toBeLessThan(1e-5);
    expect(Math.abs(largestSingularValue(hidden, n, n) / largest(values) - 1)).toBeLessThan(
      share(SINGULAR_DOUBLE_UP_TO),
    );
  });
});

describe('whatever comes', () => {
  it('sizes from 1e-310 to 1e300, and both at once, end and are finite', () => {
    for (const n of [1, 2, 5, 33, DOUBLE_UP_TO + 3])
      for (const [low, high] of [
        [1e-310, 1e-310],
        [1e300, 1e300],
        [1e-300, 1e300],
        [1e-30, 1],
      ] as const) {
        const a = symmetric(n, n).map((value, k) => value * (k % 7 ? low : high));
        const lower = matrix(n, (i, j) => a[Math.max(i, j) * n + Math.min(i, j)]!);
        expect(symmetricEigenvalues(lower, n).every(Number.isFinite)).toBe(true);
        expect(largestSingularValue(lower, n, n)).toSatisfy(Number.isFinite);
      }
  });

  it('an answer does not depend on what was computed before', () => {
    const a = symmetric(37, 1);
    const first = symmetricEigenvalues(a, 37);
    const sigma = largestSingularValue(a, 37, 37);
    for (const n of [300, 3, 64]) {
      symmetricEigenvalues(symmetric(n, 2), n);
      largestSingularValue(symmetric(n, 3), n, n);
      expect(symmetricEigenvalues(a, 37)).toEqual(first);
      expect(largestSingularValue(a, 37, 37)).toBe(sigma);
    }
  });

  it('the matrix that came in stays as it was', () => {
    const a = symmetric(19, 4);
    const copy = a.slice();
    symmetricEigenvalues(a, 19);
    largestSingularValue(a, 19, 19);
    expect(a).toEqual(copy);
  });
});
