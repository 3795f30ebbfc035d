// Computes with shapes: sizes, strides, axes, broadcasting.
import { TapeError } from './tape-error.js';

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Exporters write some ten axes at most. Work on shapes grows with the square of their number. */
const MOST_AXES = 64;

/** Throws TapeError. */
export function checkRank(rank: number): void {
  if (rank > MOST_AXES)
    throw new TapeError(`a tensor would have ${rank} dimensions; at most ${MOST_AXES}`, 'too-large');
}

/** The distance in memory between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The longest list of indices that is made; lists longer than this come from damaged files. */
const LONGEST = 2 ** 22;

/** The numbers 0 to n - 1. Throws TapeError where they would be too many. */
export function range(n: number): number[] {
  if (!(n >= 0 && n <= LONGEST)) throw new TapeError(`a list of ${n} indices`, 'too-large');
  return Array.from({ length: n }, (_, i) => i);
}

/** Counts an axis from the front; a negative axis counts from the back. Throws TapeError. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(from) || from < 0 || from >= rank)
    throw new TapeError(`axis ${axis} of a tensor of ${rank} dimensions`);
  return from;
}

/**
 * The shape that results from broadcasting as in ONNX and NumPy. Throws TapeError where shapes do not fit.
 */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return range(rank).map((axis) => {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[axis - (rank - shape.length)] ?? 1;
      if (n === 1 || n === size) continue;
      if (size !== 1)
        throw new TapeError(`shapes ${shapes.map((each) => `[${each}]`).join(' and ')} do not broadcast`);
      size = n;
    }
    return size;
  });
}

/** For each element of `to`, the position in a tensor of shape `from` that is broadcast to it. */
export function broadcastIndex(from: readonly number[], to: readonly number[]): Uint32Array {
  const front = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) => (axis < front || from[axis - front] === 1 ? 0 : own[axis - front]!));
  return stridedIndex(to, strides, 0);
}

/** For each element of `shape`: offset + its index along each axis times that axis' stride. */
export function stridedIndex(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Uint32Array {
  const out = new Uint32Array(sizeOf(shape));
  const last = shape.length - 1;
  const [run, step] = last < 0 ? [1, 0] : [shape[last]!, strides[last]!];
  const index = new Array<number>(shape.length).fill(0);
  let start = offset;
  for (let i = 0; i < out.length; i += run) {
    for (let k = 0; k < run; k++) out[i + k] = start + k * step;
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      start += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      start -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
