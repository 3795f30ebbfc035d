// Tests the Lanczos method against full decompositions: Gram matrices, products of two, and degenerate
// matrices.
import { describe, expect, it } from 'vitest';
import { largestProductEigenvalue } from '../../../../core/proxies/spectra/lanczos.js';
import { largestSingularValue } from '../../../../core/proxies/spectra/singular-value.js';
import { normal } from '../../../../core/random/random.js';

const random = (name: string, length: number) => normal({ key: { seed: 1, draw: 0, name }, length, std: 1 });

/** M Mᵀ of a matrix [m, n]. */
function gram(matrix: Float32Array, m: number, n: number): Float32Array {
  const out = new Float32Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * matrix[j * n + k]!;
      out[i * m + j] = sum;
    }
  return out;
}

describe('the largest eigenvalue by Lanczos’ method', () => {
  it.each([
    [1, 5],
    [70, 200],
    [71, 90],
    [73, 120],
    [150, 150],
  ])('of a Gram matrix of %i rows, %i columns', (m, n) => {
    const matrix = random(`a ${m} ${n}`, m * n);
    const root = Math.sqrt(largestProductEigenvalue({ p: gram(matrix, m, n), n: m }));
    expect(Math.abs(root / largestSingularValue(matrix, m, n) - 1)).toBeLessThan(2e-6);
  });

  it('of a product of two is that of the long matrix Aᵀ B', () => {
    const [samples, m, n] = [60, 150, 90];
    const [a, b] = [random('left', samples * m), random('right', samples * n)];
    const jac = new Float32Array(m * n);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < samples; k++) jac[i * n + j]! += a[k * m + i]! * b[k * n + j]!;
    const product = { p: gram(a, samples, m), q: gram(b, samples, n), n: samples };
    const root = Math.sqrt(largestProductEigenvalue(product));
    expect(Math.abs(root / largestSingularValue(jac, m, n) - 1)).toBeLessThan(2e-6);
  });

  it('of zeros is 0, of a matrix of rank 1 its only one, of what is not finite NaN', () => {
    expect(largestProductEigenvalue({ p: new Float32Array(9), n: 3 })).toBe(0);
    expect(largestProductEigenvalue({ p: new Float32Array(9).fill(2), n: 3 })).toBeCloseTo(6, 6);
    expect(largestProductEigenvalue({ p: Float32Array.of(1, 0, 0, Number.NaN), n: 2 })).toBeNaN();
  });
});
