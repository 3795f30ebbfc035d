// Runs the plain program of a block on arrays, and creates reproducible arrays as its inputs.

import type { Block } from '../../core/ir/block.js';
import { type Shape, tensorShape } from '../../core/ir/shape.js';
import { tapeBlock } from '../../core/lowering/block-tape.js';
import { compileBlock, compileStem } from '../../core/lowering/compile.js';
import { lower } from '../../core/lowering/lower.js';
import { plain } from '../../core/lowering/plain.js';
import type { Spectrum } from '../../core/lowering/program.js';
import { weightInput } from '../../core/lowering/write.js';
import { GraphBuilder } from '../../core/onnx/graph.js';
import { blockShapes } from '../../core/ops/block-shapes.js';
import { Tape } from '../../core/ops/tape.js';
import { normal, signs } from '../../core/random/random.js';
import { InferenceSession, Tensor } from '../../engine/onnx-runtime.js';

export interface OpenBlock {
  readonly block: Block;
  run<K extends Output>(args: { feeds: Feeds; outputs: readonly K[] }): Promise<Record<K, Float32Array>>;
  close(): Promise<void>;
}
export type Output = 'y' | 'cov' | 'sum' | 'gram' | 'jac' | 'g';
export type Feeds = Readonly<Record<string, Tensor>>;

export async function openBlock({
  block,
  input,
  stride,
  spectrum = 'covariance',
}: {
  block: Block;
  input: Shape;
  stride: number;
  spectrum?: Spectrum;
}): Promise<OpenBlock> {
  return open(block, compileBlock({ block, input, stride, spectrum }));
}

/** Opens forward pass and covariance alone, without `v`, `jac` and `g`. */
export async function openForward({ block, input }: { block: Block; input: Shape }): Promise<OpenBlock> {
  return open(block, compileStem({ block, input }));
}

/** Opens a block with one operation on tokens: its output and its input's gradient, without statistics. */
export async function openOperation({ block, input }: { block: Block; input: Shape }): Promise<OpenBlock> {
  const g = new GraphBuilder();
  const tape = new Tape();
  const { y, pullback } = tapeBlock({ tape, block, shapes: undefined });
  const names = lower({ g, outputs: { y, g: pullback(tape.input('v'))! }, layout: plain });
  const inside = input.map((_, i) => `x${i}`).concat(input.length === 3 ? 'b' : []);
  const weights = Object.entries(block.weights).map(([slot, { shape }]) => ({
    name: weightInput(slot),
    dims: shape,
  }));
  const inputs = [{ name: 'x', dims: inside }, { name: 'v', dims: ['n', 'd'] }, ...weights];
  const outputs = [
    { name: 'y', value: names.y, dims: ['n', 'd'] },
    { name: 'g', value: names.g, dims: inside },
  ];
  return open(block, g.build({ name: 'operation', inputs, outputs }));
}

async function open(block: Block, program: Uint8Array): Promise<OpenBlock> {
  const session = await InferenceSession.create(program, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  return {
    block,
    run: async <K extends Output>({ feeds, outputs }: { feeds: Feeds; outputs: readonly K[] }) => {
      const wanted = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!]));
      const out = await session.run(wanted, [...outputs]);
      return Object.fromEntries(outputs.map((name) => [name, out[name]!.data])) as Record<K, Float32Array>;
    },
    close: () => session.release(),
  };
}

/** The sizes of a block's input and output with this batch. */
export function sizes({ block, input, batch }: { block: Block; input: Shape; batch: number }) {
  const output = blockShapes({ block, input }).at(-1)!;
  return { x: tensorShape({ batch, shape: input }), y: tensorShape({ batch, shape: output }) };
}

/** The probe `v` and the weights of a block, by name. */
export function blockFeeds({
  block,
  dims,
  seed,
}: {
  block: Block;
  dims: readonly number[];
  seed: number;
}): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = { v: tensor(randomSigns('v', seed, count(dims)), dims) };
  for (const [slot, { shape }] of Object.entries(block.weights)) {
    const std = Math.sqrt(2 / count(shape.slice(1)));
    feeds[`w:${slot}`] = tensor(
      normal({ key: { seed, draw: 0, name: slot }, length: count(shape), std }),
      shape,
    );
  }
  return feeds;
}

export function tensor(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor('float32', data, dims);
}

export function randomNormal(name: string, seed: number, length: number): Float32Array {
  return normal({ key: { seed, draw: 0, name }, length, std: 1 });
}

export function randomSigns(name: string, seed: number, length: number): Float32Array {
  return signs({ key: { seed, draw: 0, name }, length });
}

export function count(dims: readonly number[]): number {
  return dims.reduce((product, n) => product * n, 1);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
