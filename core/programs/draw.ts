// In: a draw (seed and number). Out: its tensors by name: weights, input, signs.
import { normal, signs } from './random.js';

/** The tensors that a network is scored with. Shapes are row-major. */
export interface Draw {
  /** He (Kaiming) normal with fan-in: std = sqrt(2 / fan_in). */
  weight(name: string, shape: readonly number[]): Float32Array;
  /** Standard normal images. */
  input(shape: readonly number[]): Float32Array;
  /** One Rademacher tensor for the output of the block at this position, counted from 0. */
  signs(block: number, shape: readonly number[]): Float32Array;
}

/**
 * The draw of a seed. A weight depends on position, operation and shape alone, so all candidates that have it share it,
 * unless an `owner` (a candidate) is named: then everything is drawn for that owner alone.
 */
export function randomDraw({ seed, draw, owner = '' }: { seed: number; draw: number; owner?: string }): Draw {
  const key = (name: string, shape: readonly number[]) => ({
    seed,
    draw,
    name: `${owner}${name} ${shape.join('x')}`,
  });
  return {
    weight: (name, shape) =>
      normal({ key: key(name, shape), length: size(shape), std: Math.sqrt(2 / fanIn(shape)) }),
    input: (shape) => normal({ key: key('input', shape), length: size(shape), std: 1 }),
    signs: (block, shape) => signs({ key: key(`signs.${block}`, shape), length: size(shape) }),
  };
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Inputs of one output: everything but the first dimension of [out, in, k, k]. */
export function fanIn(shape: readonly number[]): number {
  return size(shape.slice(1));
}
