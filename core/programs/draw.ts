// In: a draw (seed and number). Out: its tensors by name: weights, input, signs.
import type { Initialization, Weight } from './block.js';
import { normal, type RandomKey, signs, uniform } from './random.js';

/** The tensors that a network is scored with. Shapes are row-major. */
export interface Draw {
  /** By name and shape, with the weight's own initialization. */
  weight(weight: Weight): Float32Array;
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
    weight: (weight) => drawWeight({ weight, key: key(weight.name, weight.shape) }),
    input: (shape) => normal({ key: key('input', shape), length: size(shape), std: 1 }),
    signs: (block, shape) => signs({ key: key(`signs.${block}`, shape), length: size(shape) }),
  };
}

const HE_NORMAL: Initialization = { kind: 'he-normal' };

function drawWeight({ weight, key }: { weight: Weight; key: RandomKey }): Float32Array {
  const { shape, initialization = HE_NORMAL } = weight;
  const length = size(shape);
  switch (initialization.kind) {
    case 'he-normal':
      return normal({ key, length, std: Math.sqrt(2 / fanIn(shape)) });
    case 'normal':
      return normal({ key, length, std: initialization.std });
    case 'uniform':
      return uniform({ key, length, bound: initialization.bound });
    case 'constant':
      return new Float32Array(length).fill(initialization.value);
  }
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Inputs of one output: everything but the first dimension of [out, in, k, k]. */
export function fanIn(shape: readonly number[]): number {
  return size(shape.slice(1));
}
