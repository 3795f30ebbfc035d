// Creates matrices for tests of eigenvalues, and computes singular values in a second way.
import { normal } from '../../../../core/random/random.js';

export function random(length: number, seed: number): Float64Array {
  return Float64Array.from(normal({ key: { seed, draw: 0, name: 'matrix' }, length, std: 1 }));
}

export function matrix(n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n));
}

export function diagonal(values: ArrayLike<number>): Float64Array {
  return matrix(values.length, (i, j) => (i === j ? values[i]! : 0));
}

export function symmetric(n: number, seed: number): Float64Array {
  const a = random(n * n, seed);
  return matrix(n, (i, j) => a[Math.max(i, j) * n + Math.min(i, j)]!);
}

/** Q A Qᵀ for a random orthogonal Q, a product of two reflections. */
export function similar(a: Float64Array, n: number, seed: number): Float64Array {
  let b = a;
  for (const s of [seed, seed + 1]) {
    const u = random(n, s + 1000);
    const scale = 2 / u.reduce((sum, value) => sum + value * value, 0);
    const p = multiply(b, u, n, n, 1).map((value) => value * scale);
    const half = (scale / 2) * u.reduce((sum, value, i) => sum + value * p[i]!, 0);
    const w = p.map((value, i) => value - half * u[i]!);
    const before = b;
    b = matrix(n, (i, j) => before[i * n + j]! - (u[i]! * w[j]! + w[i]! * u[j]!));
  }
  return b;
}

/** A [m, k] times B [k, n]. */
export function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++)
      for (let j = 0; j < n; j++) out[i * n + j] = out[i * n + j]! + a[i * k + l]! * b[l * n + j]!;
  return out;
}

export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, k) => a[(k % m) * n + Math.floor(k / m)]!);
}

/** Largest singular value of A [m, n] by power iteration on AᵀA. */
export function powerIteration(a: Float64Array, m: number, n: number, steps = 5000): number {
  const gram = multiply(transpose(a, m, n), a, n, m, n);
  let x = random(n, 77);
  let norm = 0;
  for (let step = 0; step < steps; step++) {
    const y = multiply(gram, x, n, n, 1);
    norm = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0));
    if (norm === 0) return 0;
    x = y.map((value) => value / norm);
  }
  return Math.sqrt(norm);
}

/**
 * Eigenvalues, ascending, by Jacobi rotations, each of which makes one off-diagonal pair 0. The method is
 * slow, simple, and unlike that of core/.
 */
export function jacobi(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  const at = (i: number, j: number) => a[i * n + j]!;
  for (let round = 0; round < 60; round++) {
    let rotated = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(at(p, q)) <= 1e-17 * Math.hypot(at(p, p), at(q, q))) continue;
        rotated = true;
        const half = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const t = Math.sign(half || 1) / (Math.abs(half) + Math.hypot(half, 1));
        const c = 1 / Math.hypot(t, 1);
        for (let k = 0; k < n; k++) {
          const [x, y] = [at(k, p), at(k, q)];
          a[k * n + p] = c * (x - t * y);
          a[k * n + q] = c * (t * x + y);
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [at(p, k), at(q, k)];
          a[p * n + k] = c * (x - t * y);
          a[q * n + k] = c * (t * x + y);
        }
      }
    if (!rotated) break;
  }
  return Float64Array.from({ length: n }, (_, i) => at(i, i)).sort();
}
