// In: a network and a draw. Out: what its features and blocks score, computed by the block programs in ONNX Runtime.

import { type Block, topologyKey } from '../core/ir/block.js';
import { type Measured, measuredBlocks, type Network } from '../core/ir/network.js';
import { channelsOf, type MapShape, positionsOf, type Shape, tensorShape } from '../core/ir/shape.js';
import { type Boundary, spectrumOf } from '../core/lowering/program.js';
import { withoutPerBlock } from '../core/lowering/scan.js';
import { blockShapes } from '../core/ops/block-shapes.js';
import { blockTrainability, featureExpressivity, gramExpressivity } from '../core/proxies/az-nas.js';
import { traceShare } from '../core/proxies/residual.js';
import type { DrawTensors } from './draw-tensors.js';
import { signFeeds, valueFeeds } from './feeds.js';
import { findIdentities, hasUnitDiagonal } from './identities.js';
import type { NetworkScore } from './network-score.js';
import { type InferenceSession, Tensor } from './onnx-runtime.js';
import { type NetworkState, prefixKeys } from './prefix-cache.js';
import type { OpenProgram, Programs } from './programs.js';
import { rowOf, run } from './run.js';

/** Outputs that a feature's expressivity is computed from. */
const FEATURE = { covariance: ['cov', 'sum'], gram: ['gram'] } as const;

/**
 * Scores a network block by block; a block, or a series of them with one program, is one run. What another network under
 * this draw began with is not run again.
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
  const keys = prefixKeys({ network, boundary, isMeasured, depth: draw.prefixes.depth });
  let known = keys.length;
  let passed: NetworkState | undefined;
  while (!passed && known > 0) passed = draw.prefixes.get(keys[--known]!);
  if (!passed) {
    passed = await enter({
      blocks: [network.stem],
      passed: images({ network, draw }),
      boundary,
      draw,
      programs,
    });
    draw.prefixes.set(keys[0]!, passed);
  }
  for (let index = known; index < network.blocks.length; ) {
    // What another network may begin with is kept block by block.
    const kept = index + 1 < keys.length;
    const { shape } = passed;
    const blocks = kept
      ? [network.blocks[index]!]
      : seriesFrom({ network, index, shape, boundary, isMeasured, programs });
    const step: Step = { blocks, index, passed, boundary, draw, programs };
    if (shape.length === 3 && blocks[0]!.form === 'tokens') {
      // Where a map becomes tokens, no token belongs to one sample of the map: like a stem, without trainability.
      const entered = await enter(step);
      passed = { ...entered, blocks: [...entered.blocks, null] };
    } else passed = await (isMeasured[index] ? measureBlocks({ ...step, network }) : passBlocks(step));
    if (kept) draw.prefixes.set(keys[index + 1]!, passed);
    index += blocks.length;
  }
  const { features, blocks, traces } = passed;
  return { features, blocks, traces };
}

/** Blocks of a run: what it is fed for them is in memory at once. */
const LONGEST = 8;

/** The blocks that one run takes from `index` on: where their program is for a series, all that follow with the same one. */
function seriesFrom({
  network: { blocks },
  index,
  shape,
  boundary,
  isMeasured,
  programs,
}: {
  network: Network;
  index: number;
  shape: Shape;
  boundary: Boundary;
  isMeasured: readonly boolean[];
  programs: Programs;
}): readonly Block[] {
  const first = blocks[index]!;
  const alone = !programs.isSeries({ block: first, input: shape, boundary });
  if (alone) return [first];
  const sizes = ({ weights }: Block) => Object.values(weights).map(({ shape }) => shape);
  const key = (block: Block) => `${topologyKey(block)} ${JSON.stringify(sizes(block))}`;
  const same = (block: Block, i: number) => isMeasured[i] === isMeasured[index] && key(block) === key(first);
  const end = blocks.findIndex((block, i) => i > index && !same(block, i));
  return blocks.slice(index, Math.min(end < 0 ? blocks.length : end, index + LONGEST));
}

/** What the stem reads. */
function images({
  network: { inputChannels = 3 },
  draw,
}: {
  network: Network;
  draw: DrawTensors;
}): NetworkState {
  const shape: MapShape = [inputChannels, draw.resolution, draw.resolution];
  return { y: draw.input([draw.batch, ...shape]), shape, features: [], blocks: [], traces: [] };
}

/** A block without trainability, such as the stem. */
async function enter({
  blocks,
  passed,
  boundary,
  draw,
  programs,
}: Omit<Step, 'index'>): Promise<NetworkState> {
  const { y: x, shape: input } = passed;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const spectrum = spectrumOf({ batch: draw.batch, shape });
  const opened = await programs.stem({ block, input, boundary, spectrum });
  const out = await opened.session.run(valueFeeds({ opened, blocks, draw }, x), ['y', ...FEATURE[spectrum]]);
  const samples = draw.batch * positionsOf(shape);
  const features = [...passed.features, expressivityOf(partsOf(out, 0, 1), samples)];
  return { y: out.y!, shape, features, blocks: passed.blocks, traces: passed.traces };
}

interface Step {
  /** Those of one run, one after the other. */
  readonly blocks: readonly Block[];
  /** Number of the first. */
  readonly index: number;
  /** The network up to these blocks. */
  readonly passed: NetworkState;
  readonly boundary: Boundary;
  readonly draw: DrawTensors;
  readonly programs: Programs;
}

/** The output of blocks that are not measured. */
async function passBlocks({ blocks, passed, boundary, draw, programs }: Step): Promise<NetworkState> {
  const { y: x, shape: input } = passed;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  const program = { block, input, batch, stride, boundary, spectrum: 'none', probe: 'own' } as const;
  const opened = await programs.block(program);
  const out = await run(opened, valueFeeds({ opened, blocks, draw }, x), ['y']);
  return { ...passed, y: outputOf({ out, x, opened }), shape };
}

async function measureBlocks({
  network,
  blocks,
  index,
  passed,
  boundary,
  draw,
  programs,
}: Step & { network: Network }): Promise<NetworkState> {
  const { y: x, shape: input } = passed;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  const spectrum = spectrumOf({ batch, shape });
  const probe = draw.serves === 'all' ? 'shared' : 'own';
  const program = { block, input, batch, stride, boundary, spectrum, probe } as const;
  const opened = await programs.block(program);
  const feeds = {
    ...valueFeeds({ opened, blocks, draw }, x),
    ...signFeeds({ opened, blocks, index, draw }, tensorShape({ batch, shape })),
  };
  const out = await run(opened, feeds, ['y', ...FEATURE[spectrum], 'jac']);
  const rows = channelsOf(input) * stride ** 2;
  const columns = channelsOf(shape);
  const samples = batch * positionsOf(shape);
  const parts = blocks.map((_, i) => partsOf(out, i, blocks.length));
  const square = rows === columns;
  const suspects = parts.map(({ jac }) => square && hasUnitDiagonal(jac!, columns, samples));
  const identities =
    suspects.includes(true) &&
    (await findIdentities({ program, opened, feeds, count: blocks.length, programs }));
  const passedOn = network.identities === 'skipped' ? null : Number.NEGATIVE_INFINITY;
  const trainability = ({ jac }: Parts, i: number) =>
    identities && suspects[i] && identities[i]
      ? passedOn
      : blockTrainability({ sums: jac!, rows, columns, samples });
  return {
    y: outputOf({ out, x, opened }),
    shape,
    features: [...passed.features, ...parts.map((each) => expressivityOf(each, samples))],
    blocks: [...passed.blocks, ...parts.map(trainability)],
    traces: [...passed.traces, ...parts.map(({ jac }) => traceShare({ sums: jac!, rows, columns, samples }))],
  };
}

/** The numbers of a block's statistics. */
type Parts = Readonly<Partial<Record<'cov' | 'sum' | 'gram' | 'jac', Float32Array>>>;

/** What a run put out for its block number `i`; of a series each output has one for each of its `count` blocks. */
function partsOf(out: InferenceSession.OnnxValueMapType, i: number, count: number): Parts {
  const entries = Object.entries(out).map(([name, tensor]) => [
    withoutPerBlock(name),
    rowOf(tensor, i, count),
  ]);
  return Object.fromEntries(entries);
}

/** What comes out of a series as lanes has the shape of what went in. */
function outputOf({
  out: { y },
  x,
  opened: { sizes },
}: {
  out: InferenceSession.OnnxValueMapType;
  x: Tensor;
  opened: OpenProgram;
}): Tensor {
  return sizes ? new Tensor('float32', y!.data as Float32Array, x.dims) : y!;
}

/** By how much a block shrinks the side of its map; 1 for tokens. */
function strideOf(input: Shape, output: Shape): number {
  return input.length === 3 && output.length === 3 ? input[1] / output[1] : 1;
}

function expressivityOf({ gram, cov, sum }: Parts, samples: number): number {
  if (gram) return gramExpressivity({ products: gram, samples });
  return featureExpressivity({ products: cov!, sums: sum!, samples });
}
