// Scores one network under one draw: runs the programs of its blocks in ONNX Runtime and computes the scores
// of features and blocks.

import { type Block, topologyKey } from '../core/ir/block.js';
import { type Measured, type Plan, planMeasuring } from '../core/ir/measured.js';
import type { Network } from '../core/ir/network.js';
import { channelsOf, type MapShape, positionsOf, type Shape, tensorShape } from '../core/ir/shape.js';
import { type Boundary, spectrumOf } from '../core/lowering/program.js';
import { blockShapes } from '../core/ops/block-shapes.js';
import { blockTrainability, participationRatio, spectralEntropy } from '../core/proxies/az-nas.js';
import { traceShare } from '../core/proxies/residual.js';
import { eigenvaluesOf, type Parts, partsOf } from './block-statistics.js';
import type { DrawTensors } from './draw-tensors.js';
import { createValueFeeds, probeFeeds } from './feeds.js';
import { findIdentities, hasUnitDiagonal } from './identities.js';
import type { NetworkScore } from './network-score.js';
import { type InferenceSession, Tensor } from './onnx-runtime.js';
import { computePrefixKeys, type NetworkState } from './prefix-cache.js';
import type { OpenProgram, Programs } from './programs.js';
import { run } from './run.js';

/** The outputs from which a feature's expressivity is computed. */
const FEATURE = { covariance: ['cov', 'sum'], gram: ['gram'], unread: [] } as const;

interface ScoreNetworkArguments {
  readonly network: Network;
  readonly features?: Measured;
  /**
   * Features of measured blocks that no proxy reads; `measured` by default. If they are skipped, NaN is in their
   * places.
   */
  readonly unread?: 'measured' | 'skipped';
  readonly draw: DrawTensors;
  readonly programs: Programs;
}

/**
 * Scores a network block by block. One run of ONNX Runtime computes one block, or several consecutive blocks
 * with the same program (a scan). Leading blocks that the draw's prefix cache knows from another network are
 * not computed again.
 */
export async function scoreNetwork({
  network,
  features: measured = 'blocks',
  unread = 'measured',
  draw,
  programs,
}: ScoreNetworkArguments): Promise<NetworkScore> {
  const boundary = programs.boundary(network);
  const { isMeasured, reads, ...planned } = planMeasuring({
    features: measured,
    count: network.blocks.length,
    ends: network.stageEnds,
  });
  const isRead = unread === 'skipped' ? planned.isRead : isMeasured;
  const plan = { isMeasured, isRead };
  const keys = computePrefixKeys({ network, boundary, plan, depth: draw.prefixes.depth });
  let known = keys.length;
  let state: NetworkState | undefined;
  while (!state && known > 0) state = draw.prefixes.get(keys[--known]!);
  if (!state) {
    state = await computeStem({
      blocks: [network.stem],
      state: initialState({ network, draw }),
      boundary,
      draw,
      programs,
    });
    draw.prefixes.set(keys[0]!, state);
  }
  for (let index = known; index < network.blocks.length; ) {
    // The state after a block that other networks may share is cached, so such blocks run one at a time.
    const kept = index + 1 < keys.length;
    const { shape } = state;
    const blocks = kept
      ? [network.blocks[index]!]
      : blocksOfRun({ network, index, shape, boundary, isMeasured, programs });
    const step: Step = { blocks, index, state, boundary, draw, programs };
    if (shape.length === 3 && blocks[0]!.form === 'tokens') {
      // A patch embedding has no trainability, like a stem, because no token corresponds to one position of
      // the map.
      const entered = await computeStem(step);
      state = { ...entered, blocks: [...entered.blocks, null] };
    } else
      state = await (isMeasured[index]
        ? measureBlocks(step, { identities: network.identities, isRead })
        : computeBlocks(step));
    if (kept) draw.prefixes.set(keys[index + 1]!, state);
    index += blocks.length;
  }
  const { features, spectra, blocks, traces } = state;
  return { features, spectra, blocks, traces, ...(reads ? { reads } : {}) };
}

/** The most blocks in a run, whose inputs are in memory at the same time. */
const LONGEST_SCAN = 8;

interface BlocksOfRunArguments {
  readonly network: Network;
  readonly index: number;
  readonly shape: Shape;
  readonly boundary: Boundary;
  readonly isMeasured: readonly boolean[];
  readonly programs: Programs;
}

/**
 * The blocks of one run from `index` on: all consecutive blocks with the same program if it is a scan,
 * otherwise one block.
 */
function blocksOfRun({
  network: { blocks },
  index,
  shape,
  boundary,
  isMeasured,
  programs,
}: BlocksOfRunArguments): readonly Block[] {
  const first = blocks[index]!;
  if (!programs.isScan({ block: first, input: shape, boundary })) return [first];
  const sizes = ({ weights }: Block) => Object.values(weights).map(({ shape }) => shape);
  const key = (block: Block) => `${topologyKey(block)} ${JSON.stringify(sizes(block))}`;
  const wanted = key(first);
  const same = (block: Block, i: number) => isMeasured[i] === isMeasured[index] && key(block) === wanted;
  const end = blocks.findIndex((block, i) => i > index && !same(block, i));
  return blocks.slice(index, Math.min(end < 0 ? blocks.length : end, index + LONGEST_SCAN));
}

/** The state of a network before its stem: the images of the draw. */
function initialState({
  network: { inputChannels = 3 },
  draw,
}: {
  readonly network: Network;
  readonly draw: DrawTensors;
}): NetworkState {
  const shape: MapShape = [inputChannels, draw.resolution, draw.resolution];
  return { y: draw.input([draw.batch, ...shape]), shape, features: [], spectra: [], blocks: [], traces: [] };
}

/** Computes a block without trainability, such as the stem. */
async function computeStem({
  blocks,
  state,
  boundary,
  draw,
  programs,
}: Omit<Step, 'index'>): Promise<NetworkState> {
  const { y: x, shape: input } = state;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const spectrum = spectrumOf({ batch: draw.batch, shape });
  const opened = await programs.stem({ block, input, boundary, spectrum });
  const out = await opened.session.run(createValueFeeds({ opened, blocks, draw }, x), [
    'y',
    ...FEATURE[spectrum],
  ]);
  const samples = draw.batch * positionsOf(shape);
  const measured = measuredFeatures([partsOf(out, 0, 1)], { samples, channels: channelsOf(shape) });
  return {
    y: out.y!,
    shape,
    features: [...state.features, ...measured.features],
    spectra: [...state.spectra, ...measured.spectra],
    blocks: state.blocks,
    traces: state.traces,
  };
}

interface Step {
  /** The blocks of one run, in order. */
  readonly blocks: readonly Block[];
  /** The index of the first block. */
  readonly index: number;
  /** The state of the network before these blocks. */
  readonly state: NetworkState;
  readonly boundary: Boundary;
  readonly draw: DrawTensors;
  readonly programs: Programs;
}

/** Computes the output of blocks that are not measured. */
async function computeBlocks({ blocks, state, boundary, draw, programs }: Step): Promise<NetworkState> {
  const { y: x, shape: input } = state;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  const on = { batch, input, stride };
  const program = { block, on, boundary, spectrum: 'none', probe: 'own' } as const;
  const opened = await programs.block(program);
  const out = await run(opened, createValueFeeds({ opened, blocks, draw }, x), ['y']);
  return { ...state, y: outputOf({ out, x, opened }), shape };
}

/** Computes the output of blocks, and the scores of their features and Jacobians. */
async function measureBlocks(
  { blocks, index, state, boundary, draw, programs }: Step,
  { identities: kind, isRead }: Pick<Network, 'identities'> & Pick<Plan, 'isRead'>,
): Promise<NetworkState> {
  const { y: x, shape: input } = state;
  const [block] = blocks as [Block];
  const shape = blockShapes({ block, input }).at(-1)!;
  const stride = strideOf(input, shape);
  const { batch } = draw;
  // The program of a scan also serves blocks whose features are read, and so may one in the plain layout.
  const isOwn = boundary === 'blocked' && !programs.isScan({ block, input, boundary });
  const spectrum = isOwn && !isRead[index] ? 'unread' : spectrumOf({ batch, shape });
  const probe = draw.serves === 'all' ? 'shared' : 'own';
  const program = { block, on: { batch, input, stride }, boundary, spectrum, probe } as const;
  const opened = await programs.block(program);
  const feeds = {
    ...createValueFeeds({ opened, blocks, draw }, x),
    ...probeFeeds({ opened, blocks, index, draw }, tensorShape({ batch, shape })),
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
  const ofIdentity = kind === 'skipped' ? null : Number.NEGATIVE_INFINITY;
  const trainability = ({ jac }: Parts, i: number) =>
    identities && suspects[i] && identities[i]
      ? ofIdentity
      : blockTrainability({ sums: jac!, rows, columns, samples });
  const read = parts.map((each, i) => (isRead[index + i] ? each : undefined));
  const measured = measuredFeatures(read, { samples, channels: columns });
  return {
    y: outputOf({ out, x, opened }),
    shape,
    features: [...state.features, ...measured.features],
    spectra: [...state.spectra, ...measured.spectra],
    blocks: [...state.blocks, ...parts.map(trainability)],
    traces: [...state.traces, ...parts.map(({ jac }) => traceShare({ sums: jac!, rows, columns, samples }))],
  };
}

/** A feature that is not read, without parts, has NaN in its place. */
function measuredFeatures(
  parts: readonly (Parts | undefined)[],
  size: { readonly samples: number; readonly channels: number },
): Pick<NetworkState, 'features' | 'spectra'> {
  const all = parts.map((each) => each && eigenvaluesOf(each, size.samples));
  return {
    features: all.map((values) => (values ? spectralEntropy(values) : Number.NaN)),
    spectra: all.map((values) => ({
      participation: values ? participationRatio(values) : Number.NaN,
      ...size,
    })),
  };
}

/** The output of a scan, which is in virtual channels, reshaped to the shape of the input. */
function outputOf({
  out: { y },
  x,
  opened: { sizes },
}: {
  readonly out: InferenceSession.OnnxValueMapType;
  readonly x: Tensor;
  readonly opened: OpenProgram;
}): Tensor {
  return sizes ? new Tensor('float32', y!.data as Float32Array, x.dims) : y!;
}

/** The factor by which a block shrinks the side of its map; 1 for tokens. */
function strideOf(input: Shape, output: Shape): number {
  return input.length === 3 && output.length === 3 ? input[1] / output[1] : 1;
}
