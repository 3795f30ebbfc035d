// Draws the tensors with which a network is scored: weights, images and Rademacher probes, each from a key.

import { normal, type RandomKey, type Run, signs, uniform } from '../random/random.js';
import type { Cut, Initialization, Weight } from './block.js';

/**
 * The tensors with which a network is scored. All are row-major, and each may be written over `out`, which has as many
 * elements.
 */
export interface Draw {
  /** A weight, determined by its name, shape and initialization. */
  weight(weight: Weight, out?: Float32Array): Float32Array;
  /** Images of standard normal values. */
  input(shape: readonly number[], out?: Float32Array): Float32Array;
  /** The Rademacher probe (entries 1 or -1) for the output of the block at this position, counted from 0. */
  signs(block: number, shape: readonly number[], out?: Float32Array): Float32Array;
}

/**
 * The draw of a seed. A weight depends only on its name (position and operation) and on its shape, or on the
 * shape of the weight of which it is a slice, so all candidates share it. With an `owner`, which is a
 * candidate, every tensor is drawn for that candidate alone.
 */
export function randomDraw({
  seed,
  draw,
  owner = '',
}: {
  readonly seed: number;
  readonly draw: number;
  readonly owner?: string;
}): Draw {
  const key = (name: string, shape: readonly number[]) => ({
    seed,
    draw,
    name: `${owner}${name} ${shape.join('x')}`,
  });
  return {
    weight: (weight, out) =>
      drawWeight({ weight, key: key(weight.name, weight.cut?.of ?? weight.shape), out }),
    input: (shape, out) => normal({ key: key('input', shape), length: size(shape), std: 1, out }),
    signs: (block, shape, out) => signs({ key: key(`signs.${block}`, shape), length: size(shape), out }),
  };
}

const HE_NORMAL: Initialization = { kind: 'he-normal' };

interface DrawWeightArguments {
  readonly weight: Weight;
  readonly key: RandomKey;
  readonly out: Float32Array | undefined;
}

function drawWeight({ weight, key, out: given }: DrawWeightArguments): Float32Array {
  const { shape, initialization = HE_NORMAL, cut } = weight;
  const length = size(shape);
  const out = given ?? new Float32Array(length);
  const runs = cut ? cutRuns({ shape, cut }) : [{ start: 0, length }];
  switch (initialization.kind) {
    case 'he-normal':
      return normal({ key, length, runs, std: Math.sqrt(2 / fanIn(shape)), out });
    case 'normal':
      return normal({ key, length, runs, std: initialization.std, out });
    case 'uniform':
      return uniform({ key, length, runs, bound: initialization.bound, out });
    case 'constant':
      return out.fill(initialization.value);
  }
}

/**
 * Finds the runs of consecutive elements of the larger weight (row-major) that make up a slice. Only the
 * first and the last dimension may be cut.
 */
export function cutRuns({
  shape,
  cut: { of, parts = 1 },
}: {
  readonly shape: readonly number[];
  readonly cut: Cut;
}): Run[] {
  const inner = (dims: readonly number[]) => size(dims.slice(1));
  const width = shape.length > 1 ? shape.at(-1)! : 1;
  const pitch = shape.length > 1 ? of.at(-1)! : 1;
  const isContiguous = width === pitch;
  const part = size(shape) / parts;
  const length = isContiguous ? part : width;
  const runs: Run[] = [];
  for (let p = 0; p < parts; p++)
    for (let i = 0; i < part / length; i++)
      runs.push({ start: (p * of[0]! * inner(of)) / parts + i * pitch, length });
  return runs;
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The fan-in: the product of all dimensions but the first of [out, in, k, k]. */
export function fanIn(shape: readonly number[]): number {
  return size(shape.slice(1));
}
