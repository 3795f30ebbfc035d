// Computes all eigenvalues of a symmetric matrix.
import { type Machine, machineFor, numbers, type Places, places } from './machine.js';
import { GROUP } from './precision.js';
import { tridiagonalEigenvalues } from './tridiagonal.js';
import { powerBelow, tridiagonalize } from './tridiagonalize.js';

/** Matrices of more rows are reduced in float32. The entropy of their eigenvalues still has an error below 1e-5. */
export const DOUBLE_UP_TO = 256;

/**
 * Eigenvalues, in no order, of a symmetric n x n matrix (row-major; only the lower triangle is read). The
 * error is a few times 1e-16 of the largest eigenvalue, or about 1e-6 of it for n above 256. O(n³).
 * All eigenvalues are NaN where an entry is not finite.
 */
export function symmetricEigenvalues(a: ArrayLike<number>, n: number): Float64Array {
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = Math.abs(a[i * n + j]!);
      if (!(value < Number.POSITIVE_INFINITY)) return new Float64Array(n).fill(Number.NaN);
      if (value > largest) largest = value;
    }
  if (largest === 0) return new Float64Array(n);
  const machine = machineFor({ n, doubleUpTo: DOUBLE_UP_TO });
  const at = places({ machine, n });
  const scale = powerBelow(largest);
  fill({ machine, at, a, n, factor: 1 / scale });
  const values = tridiagonalEigenvalues(tridiagonalize({ machine, at, n }));
  for (let i = 0; i < n; i++) values[i] = values[i]! * scale;
  return values;
}

interface FillArguments {
  readonly machine: Machine;
  readonly at: Places;
  readonly a: ArrayLike<number>;
  readonly n: number;
  readonly factor: number;
}

/**
 * Writes the lower triangle times a factor. Groups of columns that contain the diagonal are written as a
 * whole; padding is zero.
 */
function fill({ machine: { precision }, at, a, n, factor }: FillArguments): void {
  const row = at.stride / precision.bytes;
  const group = GROUP / precision.bytes;
  const out = numbers(precision, at.matrix, row * row);
  for (let i = 0; i < n; i++) {
    const end = i - (i % group) + group;
    for (let j = 0; j <= i; j++) out[i * row + j] = a[i * n + j]! * factor;
    for (let j = i + 1; j < end; j++) out[i * row + j] = j < n ? a[j * n + i]! * factor : 0;
  }
  out.fill(0, n * row);
}
