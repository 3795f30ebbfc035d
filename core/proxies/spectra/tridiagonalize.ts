// Reduces a symmetric matrix to a tridiagonal one with the same eigenvalues.
import { doubles, type Machine, type Places } from './machine.js';
import type { Tridiagonal } from './tridiagonal.js';

/**
 * Householder reflections, from the last row to the first (Golub and Van Loan, Matrix Computations, 8.3). One
 * pass over memory applies a reflection and multiplies the result by the next vector. The matrix is
 * overwritten.
 */
export function tridiagonalize({
  machine,
  at,
  n,
}: {
  readonly machine: Machine;
  readonly at: Places;
  readonly n: number;
}): Tridiagonal {
  const { matrix, stride, work, state, diagonal, squares } = at;
  doubles(state, 1).fill(0);
  doubles(squares, n).fill(0);
  doubles(work, (matrix - work) / 8).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    machine.reflect(matrix, stride, i, work, state, diagonal + i * 8, squares + (i - 1) * 8);
    machine.pass(matrix, stride, i, work);
  }
  return { diagonal: doubles(diagonal, n).slice(), squares: doubles(squares, n).slice() };
}

/**
 * The largest power of two that does not exceed `size`. Dividing by it is exact, and squares of the quotients
 * neither underflow nor overflow.
 */
export function powerBelow(size: number): number {
  return 2 ** Math.max(-1000, Math.floor(Math.log2(size)));
}
