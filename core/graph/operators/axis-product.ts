// Writes the product of a constant matrix and a tensor along one axis, as resizing and Fourier transforms need it.
import type { Id, Tape } from '../../ops/tensor/tape.js';

/** The most elements of a matrix along one axis. */
export const LARGEST_MATRIX = 2 ** 22;

/** Multiplies the tensor by a matrix [to, from] along one axis. */
export function timesAlongAxis(
  t: Tape,
  x: Id,
  { axis, matrix }: { readonly axis: number; readonly matrix: Id },
): Id {
  const shape = t.shape(x);
  const [to, from] = t.shape(matrix) as [number, number];
  const after = shape.slice(axis + 1).reduce((n, m) => n * m, 1);
  const before = shape.slice(0, axis).reduce((n, m) => n * m, 1);
  const product = t.add('MatMul', [matrix, t.reshape(x, [before, from, after])]);
  return t.reshape(product, [...shape.slice(0, axis), to, ...shape.slice(axis + 1)]);
}
