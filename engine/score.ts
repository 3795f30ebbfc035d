// In: a network and a draw. Out: what its features and blocks score, computed by the block programs in ONNX Runtime.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type Block,
  blockShapes,
  type Measured,
  measuredBlocks,
  type Network,
} from '../core/programs/block.js';
import { type Boundary, spectrumOf } from '../core/programs/compile.js';
import { KEPT, pooledSigns, signMeans } from '../core/programs/kept-signs.js';
import { SIZES } from '../core/programs/lanes.js';
import { gradientWeightInput, weightInput } from '../core/programs/layout.js';
import { blockedActivation, sampleMatrix, signRows } from '../core/programs/reordering.js';
import { channelsOf, type MapShape, positionsOf, type Shape, tensorShape } from '../core/programs/shape.js';
import { weightOrder } from '../core/programs/weight-order.js';
import { blockTrainability, featureExpressivity, gramExpressivity } from '../core/proxies/az-nas.js';
import type { DrawTensors } from './draw-tensors.js';
import { type Passed, prefixKeys } from './prefixes.js';
import type { OpenProgram, Programs } from './programs.js';

/** Expressivity of each measured feature (blocks + 1) and trainability of each block, null of one that is skipped. */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
}

/** Outputs that a feature's expressivity is computed from. */
const FEATURE = { covariance: ['cov', 'sum'], gram: ['gram'] } as const;

/**
 * Scores a network block by block; each block is one run of its topology's program. What another network under this draw
 * began with is not run again.
 */
export async function scoreNetwork({
  network,
  features: measured = 'blocks',
  draw,
  programs,
}: {
  network: Network;
  features?: Measured;
  draw: DrawTensors;
  programs: Programs;
}): Promise<NetworkScore> {
  const boundary = programs.boundary(network);
  const isMeasured = measuredBlocks({ network, features: measured });
  const keys = prefixKeys({ network, boundary, isMeasured, reach: draw.prefixes.reach });
  let known = keys.length;
  let passed: Passed | undefined;
  while (!passed && known > 0) passed = draw.prefixes.get(keys[--known]!);
  if (!passed) {
    passed = await enter({
      block: network.stem,
      passed: images({ network, draw }),
      boundary,
      draw,
      programs,
    });
    draw.prefixes.set(keys[0]!, passed);
  }
  for (const [index, block] of network.blocks.entries()) {
    if (index < known) continue;
    const step: Step = { block, index, passed, boundary, draw, programs };
    if (passed.shape.length === 3 && block.form === 'tokens') {
      // Where a map becomes tokens, no token belongs to one sample of the map: like a stem, without trainability.
      const entered = await enter(step);
      passed = { ...entered, blocks: [...entered.blocks, null] };
    } else passed = await (isMeasured[index] ? measureBlock({ ...step, network }) : passBlock(step));
    if (index + 1 < keys.length) draw.prefixes.set(keys[index + 1]!, passed);
  }
  return { features: passed.features, blocks: passed.blocks };
}

/** What the stem reads. */
function images({ network: { inputChannels = 3 }, draw }: { network: Network; draw: DrawTensors }): Passed {
  const shape: MapShape = [inputChannels, draw.resolution, draw.resolution];
  return { y: draw.input([draw.batch, ...shape]), shape, features: [], blocks: [] };
}

/** A block without trainability, such as the stem. */
async function enter({ block, passed, boundary, draw, programs }: Omit<Step, 'index'>): Promise<Passed> {
  const { y: x, shape: input } = passed;
  const shape = blockShapes({ block, input }).at(-1)!;
  const spectrum = spectrumOf({ batch: draw.batch, shape });
  const { session, layout } = await programs.stem({ block, input, boundary, spectrum });
  const out = await session.run({ x, ...weights({ block, draw, layout }) }, ['y', ...FEATURE[spectrum]]);
  const features = [...passed.features, expressivityOf(out, draw, shape)];
  return { y: out.y!, shape, features, blocks: passed.blocks };
}

interface Step {
  readonly block: Block;
  readonly index: number;
  /** The network up to this block. */
  readonly passed: Passed;
  readonly boundary: Boundary;
  readonly draw: DrawTensors;
  readonly programs: Programs;
}

/** The output of a block that is not measured. */
async function passBlock({ block, passed, boundary, draw, programs }: Step): Promise<Passed> {
  const { y: x, shape: input } = passed;
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  const program = { block, input, batch, stride, boundary, spectrum: 'none', signs: 'drawn' } as const;
  const { session, layout, sizes } = await programs.block(program);
  const out = await session.run({ x, ...sizes, ...weights({ block, draw, layout }) }, ['y']);
  return { ...passed, y: outputOf({ out, x, sizes }), shape };
}

async function measureBlock({
  network,
  block,
  index,
  passed,
  boundary,
  draw,
  programs,
}: Step & { network: Network }): Promise<Passed> {
  const { y: x, shape: input } = passed;
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  const spectrum = spectrumOf({ batch, shape });
  const kept = draw.serves === 'all' ? 'kept' : 'drawn';
  const program = { block, input, batch, stride, boundary, spectrum, signs: kept } as const;
  const opened = await programs.block(program);
  const { session, layout, sizes } = opened;
  const feeds = {
    x,
    ...sizes,
    ...signs({ index, draw, opened, shape: tensorShape({ batch, shape }) }),
    ...weights({ block, draw, layout }),
    ...(layout === 'blocked' ? gradientWeights({ block, draw }) : {}),
  };
  const out = await session.run(feeds, ['y', ...FEATURE[spectrum], 'jac']);
  const rows = channelsOf(input) * stride ** 2;
  const columns = channelsOf(shape);
  const samples = batch * positionsOf(shape);
  const sums = out.jac!.data as Float32Array;
  const identity =
    rows === columns && unitDiagonal(sums, columns, samples) && (await isIdentity({ session, feeds }));
  const passedOn = network.identities === 'skipped' ? null : Number.NEGATIVE_INFINITY;
  const trainability = identity ? passedOn : blockTrainability({ sums, rows, columns, samples });
  return {
    y: outputOf({ out, x, sizes }),
    shape,
    features: [...passed.features, expressivityOf(out, draw, shape)],
    blocks: [...passed.blocks, trainability],
  };
}

/** All values of a program for several shapes have the shape of its input. */
function outputOf({
  out: { y },
  x,
  sizes,
}: {
  out: InferenceSession.OnnxValueMapType;
  x: Tensor;
  sizes: OpenProgram['sizes'];
}): Tensor {
  return sizes ? new Tensor('float32', y!.data as Float32Array, x.dims) : y!;
}

/** By how much a block shrinks the side of its map; 1 for tokens. */
function strideOf(input: Shape, output: Shape): number {
  return input.length === 3 && output.length === 3 ? input[1] / output[1] : 1;
}

function signs({
  index,
  draw,
  opened: { session, layout, sizes },
  shape,
}: {
  index: number;
  draw: DrawTensors;
  opened: OpenProgram;
  shape: readonly number[];
}): Record<string, Tensor> {
  if (layout === 'plain') return { v: draw.signs(index, shape) };
  const v = draw.signs(index, shape, blockedActivation);
  const feeds: Record<string, Tensor> = {
    v,
    samples: draw.signs(index, shape, sizes ? signRows : sampleMatrix),
  };
  const reads = (name: string) => session.inputNames.includes(name);
  const lanes = sizes ? sizes[SIZES.mean]!.dims[0]! : v.dims[1]!;
  if (reads(KEPT.mean)) feeds[KEPT.mean] = draw.signs(index, shape, signMeans(lanes));
  if (reads(KEPT.pooled)) feeds[KEPT.pooled] = draw.signs(index, shape, pooledSigns);
  return feeds;
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
  const slots = Object.entries(block.weights);
  const as = (slot: string) =>
    layout === 'blocked' ? weightOrder({ block, slot, use: 'forward' }) : undefined;
  return Object.fromEntries(
    slots.map(([slot, weight]) => [weightInput(slot), draw.weight(weight, as(slot))]),
  );
}

function gradientWeights({ block, draw }: { block: Block; draw: DrawTensors }) {
  const slots = Object.entries(block.weights);
  return Object.fromEntries(
    slots.map(([slot, weight]) => [
      gradientWeightInput(slot),
      draw.weight(weight, weightOrder({ block, slot, use: 'gradient' })),
    ]),
  );
}

function expressivityOf(
  out: InferenceSession.OnnxValueMapType,
  { batch }: DrawTensors,
  shape: Shape,
): number {
  const samples = batch * positionsOf(shape);
  if (out.gram) return gramExpressivity({ products: out.gram.data as Float32Array, samples });
  const products = out.cov!.data as Float32Array;
  return featureExpressivity({ products, sums: out.sum!.data as Float32Array, samples });
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
  feeds: Readonly<Record<string, Tensor>>;
}): Promise<boolean> {
  const { g } = await session.run(feeds, ['g']);
  return bytesOf(g!).equals(bytesOf(feeds.v!));
}

function bytesOf({ data }: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}
