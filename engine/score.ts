// In: a network and a draw. Out: what its features and blocks score, computed by the block programs in ONNX Runtime.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { type Block, blockShapes, type Network } from '../core/programs/block.js';
import type { Boundary } from '../core/programs/compile.js';
import type { Draw } from '../core/programs/draw.js';
import { size } from '../core/programs/draw.js';
import {
  blockedActivation,
  blockedGradientWeight,
  blockedWeight,
  gradientWeightInput,
  sampleMatrix,
  weightInput,
} from '../core/programs/layout.js';
import type { Shape } from '../core/programs/operations.js';
import { blockTrainability, featureExpressivity } from '../core/proxies/az-nas.js';
import type { OpenProgram, Programs } from './programs.js';

/** Expressivity of each feature (blocks + 1) and trainability of each block. */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly number[];
}

type Reordering = typeof blockedWeight;

/** A draw's tensors as ONNX Runtime wants them, each made once. */
export interface DrawTensors {
  readonly batch: number;
  readonly resolution: number;
  /** A weight, `as` it is or through a reordering for the blocked layout, which is done once. */
  weight(name: string, shape: readonly number[], as?: Reordering): Tensor;
  signs(block: number, shape: readonly number[], as?: Reordering): Tensor;
  input(shape: readonly number[]): Tensor;
  /** A value that depends on the draw alone, made once: what the stem puts out. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

export function drawTensors({
  draw,
  batch,
  resolution,
  blockSize,
}: {
  draw: Draw;
  batch: number;
  resolution: number;
  blockSize: number;
}): DrawTensors {
  const tensors = new Map<string, Tensor>();
  const values = new Map<string, Promise<unknown>>();
  const tensor = (key: string, shape: readonly number[], make: () => Float32Array): Tensor => {
    const name = `${key} ${shape.join('x')}`;
    const known = tensors.get(name) ?? new Tensor('float32', make(), shape);
    tensors.set(name, known);
    return known;
  };
  return {
    batch,
    resolution,
    weight: (name, shape, as = asItIs) =>
      tensor(`${name} ${as.name}`, shape, () => as(draw.weight(name, shape), shape, blockSize)),
    signs: (block, shape, as = asItIs) => {
      const make = () => as(draw.signs(block, shape), shape, blockSize);
      return tensor(`signs.${block} ${as.name}`, as === sampleMatrix ? matrixShape(shape) : shape, make);
    },
    input: (shape) => tensor('input', shape, () => draw.input(shape)),
    once: <T>(key: string, make: () => Promise<T>) => {
      if (!values.has(key)) values.set(key, make());
      return values.get(key) as Promise<T>;
    },
  };
}

const asItIs: Reordering = (values) => values;

/** [b h w, c] of [b, c, h, w]. */
function matrixShape([batch, channels, ...sizes]: readonly number[]): readonly number[] {
  return [batch! * size(sizes), channels!];
}

/** Scores a network block by block; each block is one run of its topology's program. */
export async function scoreNetwork({
  network,
  draw,
  programs,
}: {
  network: Network;
  draw: DrawTensors;
  programs: Programs;
}): Promise<NetworkScore> {
  const boundary = programs.boundary(network);
  const stem = await draw.once(`stem ${boundary}`, () =>
    runStem({ block: network.stem, boundary, draw, programs }),
  );
  const features = [stem.expressivity];
  const blocks: number[] = [];
  let { y, shape } = stem;
  for (const [index, block] of network.blocks.entries()) {
    const result = await runBlock({ block, index, x: y, shape, boundary, draw, programs });
    features.push(result.expressivity);
    blocks.push(result.trainability);
    ({ y, shape } = result);
  }
  return { features, blocks };
}

async function runStem({
  block,
  boundary,
  draw,
  programs,
}: {
  block: Block;
  boundary: Boundary;
  draw: DrawTensors;
  programs: Programs;
}) {
  const input: Shape = [3, draw.resolution, draw.resolution];
  const shape = blockShapes({ block, input }).at(-1)!;
  const { session, layout } = await programs.stem({ block, boundary });
  const feeds = { x: draw.input([draw.batch, ...input]), ...weights({ block, draw, layout }) };
  const out = await session.run(feeds, ['y', 'cov', 'sum']);
  return { y: out.y!, shape, expressivity: expressivityOf(out, draw, shape) };
}

async function runBlock({
  block,
  index,
  x,
  shape: input,
  boundary,
  draw,
  programs,
}: {
  block: Block;
  index: number;
  x: Tensor;
  shape: Shape;
  boundary: Boundary;
  draw: DrawTensors;
  programs: Programs;
}) {
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = input[1] / shape[1];
  const { session, layout } = await programs.block({ block, input, stride, boundary });
  const feeds = {
    x,
    ...signs({ index, draw, layout, shape: [draw.batch, ...shape] }),
    ...weights({ block, draw, layout }),
  };
  const out = await session.run(feeds, ['y', 'cov', 'sum', 'jac']);
  const rows = input[0] * stride ** 2;
  const columns = shape[0];
  const samples = draw.batch * shape[1] * shape[2];
  const sums = out.jac!.data as Float32Array;
  const identity =
    rows === columns && unitDiagonal(sums, columns, samples) && (await isIdentity({ session, feeds }));
  return {
    y: out.y!,
    shape,
    expressivity: expressivityOf(out, draw, shape),
    trainability: identity ? Number.NEGATIVE_INFINITY : blockTrainability({ sums, rows, columns, samples }),
  };
}

function signs({
  index,
  draw,
  layout,
  shape,
}: {
  index: number;
  draw: DrawTensors;
  layout: OpenProgram['layout'];
  shape: readonly number[];
}): { v: Tensor; samples?: Tensor } {
  if (layout === 'plain') return { v: draw.signs(index, shape) };
  return {
    v: draw.signs(index, shape, blockedActivation),
    samples: draw.signs(index, shape, sampleMatrix),
  };
}

function weights({
  block,
  draw,
  layout,
}: {
  block: Block;
  draw: DrawTensors;
  layout: OpenProgram['layout'];
}) {
  const feeds: Record<string, Tensor> = {};
  for (const [slot, { name, shape }] of Object.entries(block.weights)) {
    if (layout === 'plain') feeds[weightInput(slot)] = draw.weight(name, shape);
    else {
      feeds[weightInput(slot)] = draw.weight(name, shape, blockedWeight);
      feeds[gradientWeightInput(slot)] = draw.weight(name, shape, blockedGradientWeight);
    }
  }
  return feeds;
}

function expressivityOf(
  out: InferenceSession.OnnxValueMapType,
  { batch }: DrawTensors,
  shape: Shape,
): number {
  return featureExpressivity({
    products: out.cov!.data as Float32Array,
    sums: out.sum!.data as Float32Array,
    samples: batch * size(shape.slice(1)),
  });
}

/** Necessary for g = v, and nearly never met otherwise: each channel of v times itself averages to 1. */
function unitDiagonal(sums: Float32Array, n: number, samples: number): boolean {
  for (let i = 0; i < n; i++) if (Math.abs(sums[i * n + i]! / samples - 1) > 1e-5) return false;
  return true;
}

/** Whether the vector-Jacobian product equals the signs element for element; both lie in the same order. */
async function isIdentity({
  session,
  feeds,
}: {
  session: InferenceSession;
  feeds: { readonly v: Tensor };
}): Promise<boolean> {
  const g = (await session.run(feeds, ['g'])).g!.data as Float32Array;
  const signs = feeds.v.data as Float32Array;
  return g.every((value, i) => value === signs[i]);
}
