// In: a symmetric matrix in the machine's memory. Out: the tridiagonal matrix that has its eigenvalues.
import { doubles, type Machine, type Places } from './machine.js';
import type { Tridiagonal } from './tridiagonal.js';

/**
 * Householder reflections, from the last row to the first (Golub and Van Loan, Matrix Computations, 8.3). One pass over
 * memory both applies a reflection and multiplies the result with the next one. Overwrites the matrix.
 */
export function tridiagonalize({ machine, at, n }: { machine: Machine; at: Places; n: number }): Tridiagonal {
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

/** The power of two below a size: dividing by it rounds nothing, and squares of what is left neither vanish nor overflow. */
export function powerBelow(size: number): number {
  return 2 ** Math.max(-1000, Math.floor(Math.log2(size)));
}
