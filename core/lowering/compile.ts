// In: a block. Out: ONNX bytes of its program: forward pass, vector-Jacobian product and statistics in one graph.
import type { Block } from '../ir/block.js';
import { channelsOf, positionsOf, type Shape } from '../ir/shape.js';
import { type Dimension, GraphBuilder, type Port } from '../onnx/graph.js';
import { blockShapes } from '../ops/block-shapes.js';
import { gradientWeightInput, plain, tokens, weightInput } from '../ops/layout.js';
import { operation } from '../ops/operations.js';
import { blocked, enterBlocks } from './nchwc/blocked.js';
import { KEPT } from './nchwc/kept-signs.js';
import { channelLanes, laneDims, MAP, openLaneCount, openLanes, SIZES } from './nchwc/lanes.js';
import { whole } from './nchwc/reordering.js';
import { weightOrder } from './nchwc/weight-order.js';
import { writePasses } from './passes.js';
import { STATE, series } from './series.js';

/**
 * A program: inputs `x` [b, c, h, w], `v` (signs, the output's shape; not for stems) and `w:<slot>` for each weight.
 * Outputs, all float32:
 * - `y` the block's output [b, d, p, q];
 * - `cov` [d, d] sum of products and `sum` [d] sum of y's channels over b and positions (method.md, Covariance); or
 *   `gram`, see `Spectrum`;
 * - `g` the vector-Jacobian product of `v`, [b, c, h, w], and `jac` [c s², d] the sum over b and positions of its
 *   space-to-depth form times `v` (method.md, Signal Jacobian); absent for stems.
 * Blocks of tokens have [b n, c] and [b n, d] for maps, and tokens for positions.
 */
export type Program = Uint8Array;

/**
 * What a program puts out for the eigenvalues of a feature's covariance: `covariance`, the sums `cov` and `sum`; or, where
 * samples are fewer than channels, `gram` [samples, samples], whose centred form has the same non-zero eigenvalues. A
 * program with `none` is for a block that is not measured: it puts out `y` alone, and needs no `v`.
 */
export type Spectrum = 'covariance' | 'gram' | 'none';

/** The smaller of the two. */
export function spectrumOf({ batch, shape }: { batch: number; shape: Shape }): 'covariance' | 'gram' {
  return batch * positionsOf(shape) < channelsOf(shape) ? 'gram' : 'covariance';
}

/** How `x` comes and `y` goes: as it is written, or in ONNX Runtime's blocked order (see `blocked`). */
export type Boundary = 'plain' | 'blocked';

/**
 * A block's program in standard ONNX for any execution provider. Sizes are open, so one serves every stage; of a block
 * that `isSized` it is for one input shape and one set of weight shapes.
 */
export function compileBlock({
  block,
  stride,
  input,
  spectrum = 'covariance',
}: {
  block: Block;
  stride: number;
  input: Shape;
  spectrum?: Spectrum;
}): Program {
  return compile({ block, stride, spectrum, wanted: 'all', ...(isSized(block) ? { input } : {}) });
}

/** Whether a block's program depends on the shapes of input and weights. */
export function isSized({ instructions }: Block): boolean {
  return instructions.some(({ operation: name }) => operation(name).sized);
}

/** A stem's program: forward pass and covariance only; `x` is plain. */
export function compileStem({
  block,
  input,
  boundary = 'plain',
  spectrum = 'covariance',
}: {
  block: Block;
  input: Shape;
  boundary?: Boundary;
  spectrum?: Spectrum;
}): Program {
  const open = { block, stride: 1, spectrum, boundary, wanted: 'forward' } as const;
  return compile(isSized(block) ? { ...open, input } : open);
}

/** What a program in the blocked layout is for. */
export interface Blocking {
  /** Images. */
  readonly batch: number;
  /** Channels in a block. */
  readonly size: number;
  /** Of an open program: see `openLanes`. */
  readonly lanes?: number | undefined;
  /** `kept`: they serve many candidates, and what a program would work out of them is an input where it needs it: `KEPT`. */
  readonly signs: 'drawn' | 'kept';
}

/**
 * The program in ONNX Runtime's blocked layout throughout, for one batch and one input shape. Weights come in the orders of
 * `weightOrder`, under `w:<slot>` and, for the gradient, under `t:<slot>`; `v` as `blockedActivation`, and once more as
 * `sampleMatrix` under `samples`; of kept signs those of `KEPT` that are read.
 *
 * With `lanes` for every shape that has so many (see `openLanesOf`), with the inputs of `SIZES`, and for any number of
 * blocks one after the other (`series`): all but `x`, `y` and the sizes is there for each block, under `ofEach` of its
 * name. `x` and `y` come and go as lanes, `samples` as `signRows`, the statistics by block of channels. `wanted: 'gradient'`
 * has the output `g` alone, `'statistics'` all others.
 */
export function compileBlocked({
  block,
  stride,
  spectrum,
  input,
  blocking,
  wanted = 'statistics',
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  input: Shape;
  blocking: Blocking;
  wanted?: Wanted;
}): Program {
  const all = { block, stride, spectrum, boundary: 'blocked', blocking } as const;
  return compile(blocking.lanes === undefined ? { ...all, wanted: 'all', input } : { ...all, wanted });
}

/** What a series of blocks puts out beside `y`. */
export type Wanted = 'statistics' | 'gradient';

/** The lanes that a block's open program has, where one can be had: all values have the input's shape, in whole blocks of channels. */
export function openLanesOf({ block, input, size }: { block: Block; input: Shape; size: number }) {
  const isUniform = blockShapes({ block, input }).every((shape) => String(shape) === String(input));
  return isUniform && !isSized(block) ? openLaneCount({ shape: input, size }) : undefined;
}

function compile({
  block,
  stride,
  spectrum,
  boundary = 'plain',
  wanted,
  input,
  blocking,
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  boundary?: Boundary;
  /** `forward` is without gradient, `all` with statistics and gradient. */
  wanted: 'all' | 'forward' | Wanted;
  /** Of a program for one shape. */
  input?: Shape;
  blocking?: Blocking;
}): Program {
  const g = new GraphBuilder();
  const lanes = blocking && lanesOf(blocking);
  const kept = (value: string) => value === 'v' && blocking?.signs === 'kept';
  const layout =
    blocking && lanes ? blocked({ batch: blocking.batch, block: blocking.size, lanes, kept }) : plain;
  const statistics = block.form === 'tokens' ? tokens : layout;
  const withGradient = wanted !== 'forward' && spectrum !== 'none';
  // Without an input shape channels are open, and the layout does not ask.
  const shapes = input && blockShapes({ block, input });
  const channels = (value: number) => (shapes ? channelsOf(shapes.at(value)!) : 0);
  const inMemory = (shape: Shape): Shape =>
    blocking && shape.length === 3 ? [whole(shape[0], blocking.size), shape[1], shape[2]] : shape;
  const isOpen = blocking?.lanes !== undefined;
  const x = isOpen ? lanes!.leave(g, STATE.from) : 'x';
  const { output, pullback } = writePasses({ g, block, layout, x, shapes: shapes?.map(inMemory) });
  const y = { value: output, channels: channels(-1) };
  const dims = (shape: Shape | undefined, names: readonly Dimension[]) =>
    shape ? (shape.length === 3 ? ['b', ...inMemory(shape)] : ['n', shape[1]]) : names;
  const inside = dims(input, block.form === 'map' || wanted === 'forward' ? MAP : ['n', 'c']);
  const names = blocking ? MAP : block.form === 'map' ? ['b', 'd', 'p', 'q'] : ['n', 'd'];
  const outside = dims(shapes?.at(-1), names);
  const inputs = weightPorts({ block, input, blocking, withGradient });
  // The output of a plain stem before blocked blocks.
  const entering = boundary === 'blocked' && !blocking;
  const outputs: (Port & { value: string })[] = [];
  if (spectrum === 'gram') outputs.push({ name: 'gram', value: statistics.gram(g, y), dims: ['n', 'n'] });
  if (spectrum === 'covariance') {
    const [cov, sum] = isOpen ? [[...BLOCKED, ...BLOCKED], BLOCKED] : [['d', 'd'], ['d']];
    outputs.push({ name: 'cov', value: statistics.productSum(g, y, y), dims: cov });
    outputs.push({ name: 'sum', value: statistics.channelSum(g, y), dims: sum });
  }
  if (withGradient) {
    inputs.push({ name: 'v', dims: outside });
    if (blocking) inputs.push({ name: 'samples', dims: shapes ? ['n', channels(-1)] : ['b', 1, 'd', 'n'] });
    const v = { value: 'v', channels: channels(-1), ...(blocking ? { samples: 'samples' } : {}) };
    const gradient = pullback('v') ?? g.add('Mul', [x, g.float(0)]);
    const flat = { value: gradient, channels: channels(0) };
    const deep = stride === 1 ? flat : statistics.deepen(g, flat, { stride, width: input?.[2] ?? 0 });
    const jac = statistics.productSum(g, deep, v);
    if (g.reads(KEPT.mean)) inputs.push({ name: KEPT.mean, dims: ['lanes'] });
    if (g.reads(KEPT.pooled)) inputs.push({ name: KEPT.pooled, dims: outside });
    outputs.push({ name: 'jac', value: jac, dims: [...(isOpen ? BLOCKED : ['e']), 'd'] });
    outputs.push({ name: 'g', value: gradient, dims: inside });
  }
  if (isOpen) {
    const each = outputs.filter(({ name }) => (name === 'g') === (wanted === 'gradient'));
    const state = {
      value: lanes!.enter(g, y.value),
      dims: laneDims({ batch: blocking.batch, count: blocking.lanes! }),
    };
    return series({ g, state, shared: sizePorts(blocking.lanes!), each: inputs, outputs: each });
  }
  const made = entering
    ? { name: 'y', value: enterBlocks(g, y.value), dims: names }
    : { name: 'y', value: y.value, dims: outside };
  return g.build({
    name: 'block',
    inputs: [{ name: 'x', dims: inside }, ...inputs],
    outputs: [made, ...outputs],
  });
}

/** Channels in a program for several shapes: blocks of them, and those of a block. */
const BLOCKED: readonly Dimension[] = ['blocks', 'block'];

function lanesOf({ batch, size, lanes }: Blocking) {
  return lanes === undefined ? channelLanes({ batch, size }) : openLanes({ batch, count: lanes });
}

function weightPorts({
  block,
  input,
  blocking,
  withGradient,
}: {
  block: Block;
  input: Shape | undefined;
  blocking: Blocking | undefined;
  withGradient: boolean;
}): Port[] {
  const uses = blocking && withGradient ? (['forward', 'gradient'] as const) : (['forward'] as const);
  return Object.entries(block.weights).flatMap(([slot, { shape }]) =>
    uses.map((use) => {
      const sizes = blocking ? weightOrder({ block, slot, use }).dims(shape, blocking.size) : shape;
      const name = use === 'forward' ? weightInput(slot) : gradientWeightInput(slot);
      return { name, dims: input ? sizes : sizes.map((_, i) => `${name}_${i}`) };
    }),
  );
}

/** What an open program is told of the shape. */
function sizePorts(lanes: number): Port[] {
  const dimensions = [SIZES.map, SIZES.blocks].map((name): Port => ({ name, dims: [4], type: 'int64' }));
  const channels: Port = { name: SIZES.lanes, dims: ['blocks', 1, 'block', 'block'], type: 'int64' };
  return [
    ...dimensions,
    channels,
    ...[SIZES.mean, SIZES.sums].map((name) => ({ name, dims: [lanes, lanes] })),
  ];
}
