// Tests eigenvalues of matrices whose eigenvalues are known, and of difficult ones.
import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from '../../../../core/proxies/spectra/eigenvalues.js';
import { largestSingularValue } from '../../../../core/proxies/spectra/singular-value.js';
import {
  diagonal,
  matrix,
  multiply,
  powerIteration,
  random,
  similar,
  symmetric,
  transpose,
} from './matrices.js';

/** The eigenvalues in ascending order. */
const eigenvalues = (a: Float64Array, n: number) => symmetricEigenvalues(a, n).sort();
const norm = (a: ArrayLike<number>) => Math.max(...Array.from(a, Math.abs), 0);

/** Compares up to 1e-12 of the largest value, which is what a backward stable method guarantees. */
function expectClose(found: Float64Array, expected: ArrayLike<number>) {
  const sorted = Float64Array.from(expected).sort();
  expect(found).toHaveLength(sorted.length);
  const allowed = 1e-12 * (norm(sorted) || 1e-300);
  found.forEach((value, i) => {
    expect(Math.abs(value - sorted[i]!), `${value} against ${sorted[i]}`).toBeLessThanOrEqual(allowed);
  });
}

describe('eigenvalues against closed forms', () => {
  it('1 x 1, 2 x 2', () => {
    expectClose(eigenvalues(Float64Array.of(-3), 1), [-3]);
    expectClose(eigenvalues(Float64Array.of(2, 1, 1, 2), 2), [1, 3]);
    const [a, b, c] = [0.3, -1.7, 4.1];
    const root = Math.hypot((a - c) / 2, b);
    expectClose(eigenvalues(Float64Array.of(a, b, b, c), 2), [(a + c) / 2 - root, (a + c) / 2 + root]);
    expect(symmetricEigenvalues(new Float64Array(0), 0)).toHaveLength(0);
  });

  it('circulant 3 x 3: a + 2 b, and twice a - b', () => {
    expectClose(
      eigenvalues(
        matrix(3, (i, j) => (i === j ? 2 : 0.5)),
        3,
      ),
      [3, 1.5, 1.5],
    );
  });

  it.each([1, 2, 3, 17, 64])('diagonal, rank one, zeros and identity, n = %i', (n) => {
    const values = random(n, n);
    expectClose(eigenvalues(diagonal(values), n), values);
    const square = values.reduce((sum, value) => sum + value * value, 0);
    expectClose(
      eigenvalues(
        matrix(n, (i, j) => values[i]! * values[j]!),
        n,
      ),
      [square, ...Array(n - 1).fill(0)],
    );
    expectClose(eigenvalues(new Float64Array(n * n), n), Array(n).fill(0));
    expectClose(eigenvalues(diagonal(Array(n).fill(1)), n), Array(n).fill(1));
    expectClose(
      eigenvalues(
        matrix(n, () => 1),
        n,
      ),
      [n, ...Array(n - 1).fill(0)],
    );
  });

  it.each([2, 3, 10, 64, 128])('Laplacian of a path and of a cycle, n = %i', (n) => {
    const path = matrix(n, (i, j) =>
      i === j ? (i === 0 || i === n - 1 ? 1 : 2) : Math.abs(i - j) === 1 ? -1 : 0,
    );
    expectClose(
      eigenvalues(path, n),
      Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((Math.PI * k) / n)),
    );
    if (n < 3) return;
    const cycle = matrix(n, (i, j) => (i === j ? 2 : [1, n - 1].includes(Math.abs(i - j)) ? -1 : 0));
    expectClose(
      eigenvalues(cycle, n),
      Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((2 * Math.PI * k) / n)),
    );
  });

  it('repeated eigenvalues, hidden by a rotation', () => {
    const values = [5, 5, 5, 5, 1, 1, 1, 0, 0, 0, 0, -2];
    expectClose(eigenvalues(similar(diagonal(values), 12, 3), 12), values);
  });
});

describe('eigenvalues of hard matrices', () => {
  it('Wilkinson W21+: pairs that agree to 14 digits', () => {
    const w = matrix(21, (i, j) => (i === j ? Math.abs(i - 10) : Math.abs(i - j) === 1 ? 1 : 0));
    const found = eigenvalues(w, 21);
    // Source: Wilkinson, The Algebraic Eigenvalue Problem, 5.45.
    expect(found[20]).toBeCloseTo(10.746194182903393, 12);
    expect(found[19]).toBeCloseTo(10.746194182903322, 12);
    expect(found[0]).toBeCloseTo(-1.125441522119985, 12);
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(110, 10);
  });

  it('graded over 30 orders of magnitude', () => {
    const n = 16;
    const graded = matrix(n, (i, j) => 10 ** -(i + j) * (i === j ? 2 : 1));
    const found = eigenvalues(graded, n);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(found[n - 1]).toBeCloseTo(powerIteration(graded, n, n, 200), 12);
  });

  it.each([1e-300, 1e-160, 1e-40, 1e40, 1e150])('scaled by %f', (scale) => {
    const n = 12;
    const a = symmetric(n, 5);
    const expected = eigenvalues(a, n);
    const found = eigenvalues(
      a.map((value) => value * scale),
      n,
    );
    expectClose(
      found.map((value) => value / scale),
      expected,
    );
  });

  it('of low rank, from few samples of signs, as small batches make them', () => {
    for (const n of [16, 32, 64])
      for (const samples of [1, 2, 3, 4, 8])
        for (let seed = 0; seed < 5; seed++) {
          const signs = random(samples * n, seed).map(Math.sign);
          const values = random(samples * n, seed + 100).map(Math.fround);
          const m = multiply(transpose(values, samples, n), signs, n, samples, n);
          const sigma = largestSingularValue(m, n, n);
          expect(sigma / powerIteration(m, n, n, 500), `n ${n}, samples ${samples}`).toBeCloseTo(1, 5);
        }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%f anywhere gives NaN',
    (bad) => {
      for (const at of [0, 3, 15]) {
        const a = symmetric(4, 1);
        a[at] = bad;
        a[(at % 4) * 4 + Math.floor(at / 4)] = bad;
        expect(symmetricEigenvalues(a, 4).every(Number.isNaN)).toBe(true);
        expect(largestSingularValue(a, 4, 4)).toBeNaN();
      }
    },
  );
});
