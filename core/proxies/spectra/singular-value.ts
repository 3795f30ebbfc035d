// Computes the largest singular value of a matrix.
import { type Machine, machineFor, numbers, type Places, places } from './machine.js';
import { largestEigenvalue } from './tridiagonal.js';
import { powerBelow, tridiagonalize } from './tridiagonalize.js';

/** A matrix whose smaller side exceeds this is multiplied and reduced in float32. */
export const DOUBLE_UP_TO = 64;

/**
 * Largest singular value of an m x n matrix (row-major): the square root of the largest eigenvalue of the
 * smaller Gram matrix. Relative error 1e-12, or 1e-6 where both m and n exceed DOUBLE_UP_TO. NaN if an entry
 * is not finite.
 */
export function largestSingularValue(a: ArrayLike<number>, m: number, n: number): number {
  let largest = 0;
  for (let k = 0; k < m * n; k++) {
    const value = Math.abs(a[k]!);
    if (!(value < Number.POSITIVE_INFINITY)) return Number.NaN;
    if (value > largest) largest = value;
  }
  if (largest === 0) return 0;
  const size = Math.min(m, n);
  const rows = Math.max(m, n);
  const machine = machineFor({ n: size, doubleUpTo: DOUBLE_UP_TO });
  const at = places({ machine, n: size, rows });
  const scale = powerBelow(largest);
  fill({ machine, at, a, m, n, factor: 1 / scale });
  machine.gram(at.source, at.source + rows * at.stride, at.stride, at.stride, at.matrix);
  return Math.sqrt(largestEigenvalue(tridiagonalize({ machine, at, n: size }))) * scale;
}

interface FillArguments {
  readonly machine: Machine;
  readonly at: Places;
  readonly a: ArrayLike<number>;
  readonly m: number;
  readonly n: number;
  readonly factor: number;
}

/** Writes the matrix times a factor, transposed where it has more columns than rows; padding is 0. */
function fill({ machine: { precision }, at, a, m, n, factor }: FillArguments): void {
  const row = at.stride / precision.bytes;
  const out = numbers(precision, at.source, row * Math.max(m, n));
  out.fill(0);
  if (m < n)
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * row + i] = a[i * n + j]! * factor;
  else for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * row + j] = a[i * n + j]! * factor;
}
