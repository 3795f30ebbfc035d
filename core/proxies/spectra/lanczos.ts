// Computes the largest eigenvalue of a large symmetric matrix, or of a product of two, with the Lanczos
// method.
import { multipliers } from './machine.js';
import { largestEigenvalue } from './tridiagonal.js';

/** Both matrices are symmetric, positive semidefinite, n x n, row-major. */
export interface Product {
  readonly p: Float32Array;
  /** The identity if absent. */
  readonly q?: Float32Array | undefined;
  readonly n: number;
}

/** The iteration ends when the largest Ritz value changes by less than this fraction within PERIOD steps. */
const CLOSE = 1e-9;
const PERIOD = 5;
const MOST_STEPS = 400;

/**
 * The largest eigenvalue of P Q. The product is symmetric with respect to the inner product xᵀ Q y, so the
 * Lanczos method applies (Golub and Van Loan, Matrix Computations, 10.1), here with full reorthogonalization.
 * The relative error is about 1e-6, that of float32 entries. NaN where an entry is not finite.
 */
export function largestProductEigenvalue({ p, q, n }: Product): number {
  if (![p, q ?? p].every((matrix) => hasFiniteDiagonal(matrix, n))) return Number.NaN;
  const [timesP, timesQ = (x: Float64Array) => x] = multipliers(q ? [p, q] : [p], n);
  const basis: { readonly x: Float64Array; readonly z: Float64Array }[] = [];
  const diagonal: number[] = [];
  const squares: number[] = [];
  let x = start(n);
  let z = timesQ(x);
  let largest = 0;
  for (let step = 0; step < Math.min(n, MOST_STEPS); step++) {
    const square = dot(x, z);
    const total = diagonal.reduce((sum, value) => sum + Math.abs(value), 0);
    // The remainder is rounding error, so the Krylov space of the start vector is exhausted.
    if (!(square > (step ? 1e-24 * total * total : 0))) break;
    const norm = 1 / Math.sqrt(square);
    if (step) squares.push(square);
    x = x.map((value) => value * norm);
    z = q ? z.map((value) => value * norm) : x;
    basis.push({ x, z });
    const next = timesP!(z);
    diagonal.push(dot(z, next));
    for (const each of basis) subtract(next, each.x, dot(next, each.z));
    for (const each of basis) subtract(next, each.x, dot(next, each.z));
    x = next;
    z = timesQ(x);
    if (step % PERIOD === PERIOD - 1) {
      const found = largestRitz(diagonal, squares);
      if (found - largest <= CLOSE * found) return found;
      largest = found;
    }
  }
  return diagonal.length ? largestRitz(diagonal, squares) : 0;
}

function largestRitz(diagonal: readonly number[], squares: readonly number[]): number {
  return largestEigenvalue({
    diagonal: Float64Array.from(diagonal),
    squares: Float64Array.from([...squares, 0]),
  });
}

/**
 * Whether the diagonal is finite. The matrices are Gram matrices, so any entry that is not finite shows
 * there.
 */
function hasFiniteDiagonal(matrix: Float32Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (!Number.isFinite(matrix[i * n + i])) return false;
  return true;
}

/**
 * The start vector: fixed pseudorandom numbers from -1 to 1, which no eigenvector is orthogonal to except by
 * accident.
 */
function start(n: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length: n }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Writes a - factor b over a. */
function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = a[i]! - factor * b[i]!;
}
