// Runs a program for some of its outputs, and finds the rows of a block in them.

import { perBlock } from '../core/lowering/scan.js';
import type { Tensor } from './onnx-runtime.js';
import type { OpenProgram } from './programs.js';

/** Runs a program for some of its outputs. All outputs of a scan but `y` have a row for each block. */
export function run(
  { session, sizes }: OpenProgram,
  feeds: Record<string, Tensor>,
  outputs: readonly string[],
) {
  const names = sizes ? outputs.map((name) => (name === 'y' ? name : perBlock(name))) : outputs;
  return session.run(feeds, names);
}

/** Row `i` of a tensor with `count` rows. */
export function rowOf({ data }: Tensor, i: number, count: number): Float32Array {
  const numbers = data as Float32Array;
  const size = numbers.length / count;
  return numbers.subarray(i * size, (i + 1) * size);
}
