// In: a block. Out: ONNX bytes of its program: forward pass, vector-Jacobian product and statistics in one graph.
import { type Block, blockShapes } from './block.js';
import {
  blocked,
  enterBlocks,
  gradientWeightInput,
  type Layout,
  leaveBlocks,
  plain,
  tokens,
  weightInput,
} from './layout.js';
import { type Dimension, GraphBuilder, type Port } from './onnx.js';
import {
  channelsOf,
  type Emitted,
  type Gradient,
  positionsOf,
  type Shape,
  type Site,
  total,
} from './operation.js';
import { operation } from './operations.js';
import {
  blockedDepthwise,
  blockedDepthwiseGradient,
  blockedGradientWeight,
  blockedWeight,
  type Reordering,
  whole,
} from './reordering.js';

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
  const open = { block, stride, spectrum, layout: plain, boundary: 'plain', wanted: 'all' } as const;
  return compile(isSized(block) ? { ...open, input } : open);
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
  const open = { block, stride: 1, spectrum, layout: plain, boundary, wanted: 'forward' } as const;
  return compile(isSized(block) ? { ...open, input } : open);
}

/** A plain program between blocked ones, for one input shape; `v` and `g` are plain. */
export function compileBetween({
  block,
  stride,
  spectrum,
  input,
  size,
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  input: Shape;
  /** Channels in a block. */
  size: number;
}): Program {
  return compile({ block, stride, spectrum, layout: plain, boundary: 'blocked', wanted: 'all', input, size });
}

/**
 * The program in ONNX Runtime's blocked layout throughout, for one input shape and batch; see `canBeBlocked`. Weights come in the
 * orders of `weightOrder`, under `w:<slot>` and, for the gradient, under `t:<slot>`; `v` as `blockedActivation`, and
 * once more as `sampleMatrix` under `samples`.
 */
export function compileBlocked({
  block,
  stride,
  spectrum,
  input,
  batch,
  size,
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  input: Shape;
  batch: number;
  size: number;
}): Program {
  const layout = blocked({ batch, size });
  return compile({ block, stride, spectrum, layout, boundary: 'blocked', wanted: 'all', input, size });
}

/**
 * Whether a block is faster in the blocked layout. The gradient of a strided convolution reads mostly zeros there: that
 * is cheap for one kernel a channel and for 1x1, where the zeros come last; others stay plain.
 */
export function canBeBlocked({ block, size }: { block: Block; size: number }): boolean {
  if (size === 1 || block.form === 'tokens') return false;
  return block.instructions.every(({ operation: name, settings: { stride = 1, kernel } }) => {
    return stride === 1 || name === 'depthwise' || (name === 'conv' && kernel === 1);
  });
}

function compile({
  block,
  stride,
  spectrum,
  layout,
  boundary,
  wanted,
  input,
  size = 1,
}: {
  block: Block;
  stride: number;
  spectrum: Spectrum;
  layout: Layout;
  boundary: Boundary;
  wanted: 'all' | 'forward';
  input?: Shape;
  /** Channels in a block of the blocked order, where one is used. */
  size?: number;
}): Program {
  const g = new GraphBuilder();
  // Without an input shape channels are open, and the layout does not ask.
  const shapes = input && blockShapes({ block, input });
  const channels = (value: number) => (shapes ? channelsOf(shapes.at(value)!) : 0);
  const isBlocked = boundary === 'blocked' && layout !== plain;
  const inMemory = (shape: Shape): Shape =>
    shape.length === 3 ? [whole(shape[0], size), shape[1], shape[2]] : shape;
  const statistics = block.form === 'tokens' ? tokens : layout;
  const crossing = boundary === 'blocked' && !isBlocked;
  const withGradient = wanted === 'all' && spectrum !== 'none';
  const x = crossing && wanted === 'all' ? leaveBlocks(g, 'x', channels(0)) : 'x';
  const { values, pullback } = forward({
    g,
    block,
    layout,
    shapes: isBlocked ? shapes?.map(inMemory) : shapes,
    x,
  });
  const y = { value: values.at(-1)!, channels: channels(-1) };
  const dims = (shape: Shape | undefined, names: readonly Dimension[]) =>
    shape ? (shape.length === 3 ? ['b', ...shape] : ['n', shape[1]]) : names;
  const map = ['b', 'c', 'h', 'w'];
  const inside = (shape: Shape | undefined) =>
    dims(shape, block.form === 'map' || wanted === 'forward' ? map : ['n', 'c']);
  const outside = (shape: Shape | undefined) =>
    dims(shape, block.form === 'map' ? ['b', 'd', 'p', 'q'] : ['n', 'd']);
  /** What passes from block to block, and what stays inside of this one. */
  const passed = (shape: Shape | undefined) => (shape && boundary === 'blocked' ? inMemory(shape) : shape);
  const kept = (shape: Shape | undefined) => (shape && isBlocked ? inMemory(shape) : shape);
  const last = shapes?.at(-1);
  const inputs: Port[] = [{ name: 'x', dims: inside(wanted === 'all' ? passed(input) : input) }];
  for (const [slot, { shape }] of Object.entries(block.weights)) {
    const sizes = (use: 'forward' | 'gradient') =>
      isBlocked ? weightOrder({ block, slot, use }).dims(shape, size) : shape;
    const named = shape.map((_, i) => `${slot}_${i}`);
    inputs.push({ name: weightInput(slot), dims: input ? sizes('forward') : named });
    if (isBlocked && withGradient) inputs.push({ name: gradientWeightInput(slot), dims: sizes('gradient') });
  }
  const outputs = [
    { name: 'y', value: crossing ? enterBlocks(g, y.value) : y.value, dims: outside(passed(last)) },
  ];
  if (spectrum === 'gram') outputs.push({ name: 'gram', value: statistics.gram(g, y), dims: ['n', 'n'] });
  if (spectrum === 'covariance') {
    outputs.push({ name: 'cov', value: statistics.productSum(g, y, y), dims: ['d', 'd'] });
    outputs.push({ name: 'sum', value: statistics.channelSum(g, y), dims: ['d'] });
  }
  if (withGradient) {
    inputs.push({ name: 'v', dims: outside(kept(last)) });
    const v = { value: 'v', channels: channels(-1), ...(isBlocked ? { samples: 'samples' } : {}) };
    if (isBlocked) inputs.push({ name: 'samples', dims: ['n', channels(-1)] });
    const gradient = pullback('v') ?? g.add('Mul', [x, g.float(0)]);
    const flat = { value: gradient, channels: channels(0) };
    const deep = stride === 1 ? flat : statistics.deepen(g, flat, { stride, width: input?.[2] ?? 0 });
    const jac = statistics.productSum(g, deep, v);
    outputs.push({ name: 'jac', value: jac, dims: ['e', 'd'] });
    outputs.push({ name: 'g', value: gradient, dims: inside(kept(input)) });
  }
  return g.build({ name: 'block', inputs, outputs });
}

/** Writes the forward pass; `pullback` writes the VJP of `v` and answers the input's gradient, `undefined` if zero. */
function forward({
  g,
  block,
  layout,
  shapes,
  x,
}: {
  g: GraphBuilder;
  block: Block;
  layout: Layout;
  /** Of every value, as they lie in memory. */
  shapes: readonly Shape[] | undefined;
  x: string;
}) {
  const values = [x];
  const steps: { site: Site; emitted: Emitted }[] = [];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const site: Site = {
      inputs: inputs.map((i) => values[i]!),
      slot,
      settings,
      read: shapes?.[inputs[0]!],
      shape: shapes?.[values.length],
      layout,
    };
    const emitted = operation(name).forward(g, site);
    values.push(emitted.output);
    steps.push({ site, emitted });
  }
  const pullback = (v: string): string | undefined => {
    const gradients: Gradient[][] = values.map(() => []);
    gradients[values.length - 1]!.push(v);
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const gradient = total(g, gradients[i + 1]!);
      if (gradient === undefined) continue;
      const instruction = block.instructions[i]!;
      const { site, emitted } = steps[i]!;
      operation(instruction.operation)
        .vjp(g, site, emitted, gradient)
        .forEach((part, k) => {
          if (part !== undefined) gradients[instruction.inputs[k]!]!.push(part);
        });
    }
    return total(g, gradients[0]!);
  };
  return { values, pullback };
}

/** The memory order of a weight in a blocked program. */
export function weightOrder({
  block,
  slot,
  use,
}: {
  block: Block;
  slot: string;
  use: 'forward' | 'gradient';
}): Reordering {
  const reader = block.instructions.find((instruction) => instruction.slot === slot);
  if (reader?.operation === 'depthwise')
    return use === 'forward' ? blockedDepthwise : blockedDepthwiseGradient;
  return use === 'forward' ? blockedWeight : blockedGradientWeight;
}
