// In: activations in some memory layout. Out: the ONNX form of what depends on the layout; all else is elementwise.
import type { Attributes, GraphBuilder } from './onnx.js';
import { channelsOf, positionsOf, type Shape } from './operation.js';

export interface Window {
  readonly kernel: number;
  readonly stride: number;
}

export interface DepthwiseWindow extends Window {
  readonly channels: number;
}
/** Of a gradient: the shape of what the convolution read, where it is known, and what is added to the gradient. */
interface Into {
  readonly read?: readonly number[] | undefined;
  readonly rest?: string | undefined;
}

/** Sums over the samples of tensors, in float32: what expressivity and trainability need of a block's values. */
export interface Statistics {
  /** Sum over samples of the products of a's channels with b's: [channels of a, channels of b]. */
  productSum(g: GraphBuilder, a: Samples, b: Samples): string;
  /** Products of each sample with each, summed over channels: [samples, samples] (Gram matrix). */
  gram(g: GraphBuilder, a: Samples): string;
  /** Sum over samples by channel, [c]. */
  channelSum(g: GraphBuilder, a: Samples): string;
  /** Space-to-depth of a map of some width by `stride`, as samples of channels x stride²; the order of these is free. */
  deepen(g: GraphBuilder, a: Samples, by: { readonly stride: number; readonly width: number }): Samples;
}

/**
 * What an operation needs to know of how [b, c, h, w] activations lie in memory. Elementwise operations on tensors of
 * one shape need nothing. Values per channel are [1, c, 1, 1] in every layout. A `shape` is of one image's activation, as
 * it lies in memory; the plain layout does not ask for it.
 */
export interface Layout extends Statistics {
  /** Same-padded convolution with the weight of `slot`. */
  conv(g: GraphBuilder, x: string, slot: string, window: Window): string;
  /** Vector-Jacobian product of that convolution with respect to its input; input sizes are multiples of the stride. */
  convGradient(g: GraphBuilder, gradient: string, slot: string, window: Window & Into): string;
  /** The same with a kernel for each channel, weight [channels, 1, kernel, kernel], and its product. */
  depthwise(g: GraphBuilder, x: string, slot: string, window: DepthwiseWindow): string;
  depthwiseGradient(g: GraphBuilder, gradient: string, slot: string, window: DepthwiseWindow & Into): string;
  /** Average pooling with stride 1 and same padding (`counted` in the average or not), or without padding. */
  averagePool(g: GraphBuilder, x: string, window: Window, padding: 'counted' | 'not-counted'): string;
  /** Mean over batch and positions, [1, c, 1, 1]. */
  channelMean(g: GraphBuilder, x: string): string;
  /** Mean over batch and positions of the products of a and b, [1, c, 1, 1]. */
  productMean(g: GraphBuilder, a: string, b: string, shape: Shape | undefined): string;
  /** `scale * x + shift + rest`, scale and shift by channel. */
  affine(
    g: GraphBuilder,
    args: { x: string; shape: Shape | undefined; scale: string; shift?: string; rest?: string },
  ): string;
}

/** A tensor as samples of its channels; `samples` is [b h w, c] where that form is there already. */
export interface Samples {
  readonly value: string;
  readonly channels: number;
  readonly samples?: string;
}

const NCHWC = 'com.microsoft.nchwc';

/** A blocked tensor in plain memory [b, c, h, w], and the other way. */
export const leaveBlocks = (g: GraphBuilder, x: string, channels: number): string =>
  g.add(`ReorderOutput@${NCHWC}`, [x], { channels });
export const enterBlocks = (g: GraphBuilder, x: string): string => g.add(`ReorderInput@${NCHWC}`, [x]);

/** Weight of a slot as the program's input. */
export const weightInput = (slot: string): string => `w:${slot}`;
/** The blocked layout's second input of a slot: the gradient's weight (`blockedGradientWeight`). */
export const gradientWeightInput = (slot: string): string => `t:${slot}`;

/** [b, c, h, w] as it is written; standard ONNX operators only, any execution provider. */
export const plain: Layout = {
  conv: (g, x, slot, window) => g.add('Conv', [x, weightInput(slot)], padded(window)),
  convGradient: (g, gradient, slot, { kernel, stride, rest }) => {
    const window = { kernel, stride };
    const weight = weightInput(slot);
    if (stride === 1)
      return plus(g, g.add('Conv', [gradient, flipped(g, weight, kernel)], padded(window)), rest);
    const extra = stride - 1;
    const attributes = { ...padded(window), output_padding: [extra, extra] };
    return plus(g, g.add('ConvTranspose', [gradient, weight], attributes), rest);
  },
  depthwise: (g, x, slot, { channels, ...window }) =>
    g.add('Conv', [x, weightInput(slot)], { ...padded(window), group: channels }),
  depthwiseGradient: (g, gradient, slot, { channels, kernel, stride, rest }) => {
    const attributes = { ...padded({ kernel, stride }), group: channels };
    const weight = weightInput(slot);
    if (stride === 1)
      return plus(g, g.add('Conv', [gradient, turned(g, weight, kernel)], attributes), rest);
    const extra = stride - 1;
    const wide = { ...attributes, output_padding: [extra, extra] };
    return plus(g, g.add('ConvTranspose', [gradient, weight], wide), rest);
  },
  averagePool: (g, x, window, padding) => g.add('AveragePool', [x], pooling(window, padding)),
  channelMean: (g, x) => g.add('ReduceMean', [x, g.ints(0, 2, 3)], { keepdims: 1 }),
  productMean: (g, a, b) => plain.channelMean(g, g.add('Mul', [a, b])),
  affine: (g, { x, scale, shift, rest }) => {
    const product = g.add('Mul', [x, scale]);
    const shifted = shift === undefined ? product : g.add('Add', [product, shift]);
    return rest === undefined ? shifted : g.add('Add', [shifted, rest]);
  },
  productSum: (g, a, b) => {
    const rows = ({ value }: Samples) => g.add('Reshape', [value, g.ints(0, 0, -1)]);
    const product = g.add('MatMul', [rows(a), g.add('Transpose', [rows(b)], { perm: [0, 2, 1] })]);
    return g.add('ReduceSum', [product, g.ints(0)], { keepdims: 0 });
  },
  gram: (g, { value }) => {
    const columns = g.add('Flatten', [g.add('Transpose', [value], { perm: [1, 0, 2, 3] })], { axis: 1 });
    return g.add('MatMul', [g.add('Transpose', [columns], { perm: [1, 0] }), columns]);
  },
  channelSum: (g, { value }) => g.add('ReduceSum', [value, g.ints(0, 2, 3)], { keepdims: 0 }),
  deepen: (g, { value, channels }, { stride }) => ({
    value: g.add('SpaceToDepth', [value], { blocksize: stride }),
    channels: channels * stride ** 2,
  }),
};

/** Statistics of token matrices [b n, c], whose rows are the samples. */
export const tokens: Statistics = {
  productSum: (g, a, b) => g.add('MatMul', [transposed(g, a.value), b.value]),
  gram: (g, { value }) => g.add('MatMul', [value, transposed(g, value)]),
  channelSum: (g, { value }) => g.add('ReduceSum', [value, g.ints(0)], { keepdims: 0 }),
  deepen: () => {
    throw new Error('tokens have no stride');
  },
};

const transposed = (g: GraphBuilder, matrix: string): string =>
  g.add('Transpose', [matrix], { perm: [1, 0] });

/**
 * ONNX Runtime's blocked layout [b, c / block, h, w, block], through its own operators: convolutions run about twice as
 * fast as in the plain layout, without copies (im2col). Its optimizer uses it for constant weights alone; its operators
 * take weights as inputs too, in the order that reordering.ts gives. Channels are filled up to whole blocks with zeros,
 * which stay zeros. Of strided convolutions only those whose gradient is cheap: see `canBeBlocked`.
 */
export const blocked = ({ size: block, batch }: { size: number; batch: number }): Layout => ({
  conv: (g, x, slot, window) =>
    g.add(`Conv@${NCHWC}`, [x, weightInput(slot)], { ...padded(window), group: 1 }),
  convGradient: (g, gradient, slot, { kernel, stride, read, rest }) => {
    const weights = gradientWeightInput(slot);
    const attributes = { ...padded({ kernel, stride: 1 }), group: 1 };
    if (stride === 1) return convPlus(g, [gradient, weights], attributes, rest);
    if (kernel !== 1)
      throw new Error('no gradient of a strided convolution wider than 1 in the blocked layout');
    const narrow = g.add(`Conv@${NCHWC}`, [gradient, weights], attributes);
    return plus(g, spread(g, narrow, { stride, read, block }), rest);
  },
  depthwise: (g, x, slot, { channels, kernel, stride }) =>
    g.add(`Conv@${NCHWC}`, [x, weightInput(slot)], { ...padded({ kernel, stride }), group: channels }),
  depthwiseGradient: (g, gradient, slot, { channels, kernel, stride, read, rest }) => {
    const wide = stride === 1 ? gradient : spread(g, gradient, { stride, read, block });
    const attributes = { ...padded({ kernel, stride: 1 }), group: channels };
    return convPlus(g, [wide, gradientWeightInput(slot)], attributes, rest);
  },
  averagePool: (g, x, window, padding) => g.add(`AveragePool@${NCHWC}`, [x], pooling(window, padding)),
  channelMean: (g, x) =>
    g.add('ReduceMean', [g.add(`GlobalAveragePool@${NCHWC}`, [x]), g.ints(0)], { keepdims: 1 }),
  // A convolution of each channel of each image with one kernel as large as the image: one pass that writes nothing.
  productMean: (g, a, b, shape) => {
    const channels = channelsOf(shape!);
    const group = batch * channels;
    const rows = g.add('Reshape', [a, g.ints(1, group, 1, -1)]);
    const kernels = g.add('Reshape', [b, g.ints(group, 1, 1, -1)]);
    const products = g.add(`Conv@${NCHWC}`, [rows, kernels], { strides: [1, 1], pads: [0, 0, 0, 0], group });
    const sums = g.add('ReduceSum', [
      g.add('Reshape', [products, g.ints(batch, channels, 1, 1)]),
      g.ints(0),
    ]);
    return g.add('Mul', [sums, g.float(1 / (batch * positionsOf(shape!)))]);
  },
  // A depthwise 1x1 convolution: scale is its weight, shift its bias; one pass over memory.
  affine: (g, { x, shape, scale, shift, rest }) => {
    const group = channelsOf(shape!);
    const weight = g.add('Reshape', [scale, g.ints(group, 1, 1, 1)]);
    return convPlus(g, [x, weight, shift ?? ''], { ...padded({ kernel: 1, stride: 1 }), group }, rest);
  },
  // One product over all samples at once.
  productSum: (g, a, b) =>
    g.add('FusedMatMul@com.microsoft', [samplesOf(g, a), samplesOf(g, b)], { transA: 1 }),
  gram: (g, a) => g.add('FusedMatMul@com.microsoft', [samplesOf(g, a), samplesOf(g, a)], { transB: 1 }),
  channelSum: (g, a) => g.add('ReduceSum', [samplesOf(g, a), g.ints(0)], { keepdims: 0 }),
  deepen: (g, { value, channels }, { stride, width }) => {
    const last = g.add(`ReorderOutput@${NCHWC}`, [value], { channels, channels_last: 1 });
    const cut = g.add('Reshape', [last, g.ints(-1, stride, width / stride, stride, channels)]);
    const gathered = g.add('Transpose', [cut], { perm: [0, 2, 1, 3, 4] });
    const deep = channels * stride ** 2;
    return { value, channels: deep, samples: g.add('Reshape', [gathered, g.ints(-1, deep)]) };
  },
});

const plus = (g: GraphBuilder, value: string, rest: string | undefined): string =>
  rest === undefined ? value : g.add('Add', [value, rest]);

/** A blocked convolution that adds its result to `rest`, in one pass. */
function convPlus(
  g: GraphBuilder,
  [x, weight, bias = '']: readonly string[],
  attributes: Attributes,
  rest: string | undefined,
): string {
  const inputs = rest === undefined ? [x!, weight!, ...(bias ? [bias] : [])] : [x!, weight!, bias, rest];
  return g.add(`Conv@${NCHWC}`, inputs, attributes);
}

/**
 * Each position of a blocked tensor moved to the first of `stride` x `stride`, zeros around it; `read` is the shape of the
 * result, [channels, height, width]. In memory a position is a run of as many values as a block has channels.
 */
function spread(
  g: GraphBuilder,
  x: string,
  { stride, read, block }: { stride: number; read: readonly number[] | undefined; block: number },
): string {
  const [channels, height, width] = read as [number, number, number];
  const run = g.ints(-1, 1, width / stride, 1, block);
  const padded = g.add('Pad', [
    g.add('Reshape', [x, run]),
    g.ints(0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1, 0),
  ]);
  return g.add('Reshape', [padded, g.ints(-1, channels, height, width)]);
}

/** A blocked tensor as [b h w, c]. */
function samplesOf(g: GraphBuilder, { value, channels, samples }: Samples): string {
  if (samples !== undefined) return samples;
  const last = g.add(`ReorderOutput@${NCHWC}`, [value], { channels, channels_last: 1 });
  return g.add('Reshape', [last, g.ints(-1, channels)]);
}

function padded({ kernel, stride }: Window) {
  const pad = (kernel - 1) >> 1;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

function pooling({ kernel, stride }: Window, padding: 'counted' | 'not-counted') {
  const pad = stride === 1 ? (kernel - 1) >> 1 : 0;
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    count_include_pad: padding === 'counted' ? 1 : 0,
  };
}

/** Weight of the transposed convolution written as a convolution: [in, out, k, k], rotated by half a turn. */
function flipped(g: GraphBuilder, weight: string, kernel: number): string {
  return turned(g, g.add('Transpose', [weight], { perm: [1, 0, 2, 3] }), kernel);
}

/** Each kernel rotated by half a turn. */
function turned(g: GraphBuilder, weight: string, kernel: number): string {
  if (kernel === 1) return weight;
  return g.add('Slice', [
    weight,
    g.ints(-1, -1),
    g.ints(-kernel - 1, -kernel - 1),
    g.ints(2, 3),
    g.ints(-1, -1),
  ]);
}
