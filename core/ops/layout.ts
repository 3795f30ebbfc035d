// In: activations in some memory layout. Out: the ONNX form of what depends on the layout; all else is elementwise.

import type { Shape } from '../ir/shape.js';
import type { GraphBuilder } from '../onnx/graph.js';

/** What a sum goes through before it is written. */
export type Activation = 'Relu';

export interface Window {
  readonly kernel: number;
  readonly stride: number;
}

export interface DepthwiseWindow extends Window {
  readonly channels: number;
}
/**
 * Of a gradient: the shapes of what the convolution read and made, where they are known, a factor by channel that the
 * gradient is still to be multiplied by, and what is added to the product.
 */
export interface Into {
  readonly factor?: string | undefined;
  readonly read?: Shape | undefined;
  readonly made?: Shape | undefined;
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
 * one shape need nothing. Values per channel have the layout's own form, which elementwise operations keep. A `shape` is of
 * one image's activation, as it lies in memory; the plain layout does not ask for it.
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
  /** Vector-Jacobian product of that pooling of `x` with stride 1, padding not counted. */
  averagePoolGradient(g: GraphBuilder, gradient: string, x: string, kernel: number): string;
  /** Each position repeated `factor` times in both directions, added to `rest`. */
  enlarge(
    g: GraphBuilder,
    x: string,
    by: { readonly factor: number; readonly shape: Shape | undefined; readonly rest?: string | undefined },
  ): string;
  /** Mean over batch and positions. */
  channelMean(g: GraphBuilder, x: string, shape: Shape | undefined): string;
  /** Mean over batch and positions of the products of a and b. */
  productMean(g: GraphBuilder, a: string, b: string, shape: Shape | undefined): string;
  /** `then(scale * x + shift + rest)`, scale and shift by channel. */
  affine(
    g: GraphBuilder,
    args: {
      x: string;
      shape: Shape | undefined;
      scale: string;
      shift?: string;
      rest?: string | undefined;
      then?: Activation | undefined;
    },
  ): string;
}

/** A tensor as samples of its channels; `samples` where that form is there already: [b h w, c], of open lanes [b, 1, c, h w]. */
export interface Samples {
  readonly value: string;
  readonly channels: number;
  readonly samples?: string;
}

/** Weight of a slot as the program's input. */
export const weightInput = (slot: string): string => `w:${slot}`;
/** The blocked layout's second input of a slot: the gradient's weight, in the order that `weightOrder` says. */
export const gradientWeightInput = (slot: string): string => `t:${slot}`;

/** [b, c, h, w] as it is written, values per channel [1, c, 1, 1]; standard ONNX operators only, any execution provider. */
export const plain: Layout = {
  conv: (g, x, slot, window) => g.add('Conv', [x, weightInput(slot)], padded(window)),
  convGradient: (g, gradient, slot, { kernel, stride, factor, rest }) => {
    const window = { kernel, stride };
    const weight = byOutput(g, weightInput(slot), factor);
    if (stride === 1)
      return plus(g, g.add('Conv', [gradient, flipped(g, weight, kernel)], padded(window)), rest);
    return plus(g, transposedConv(g, [gradient, weight], window), rest);
  },
  depthwise: (g, x, slot, { channels, ...window }) =>
    g.add('Conv', [x, weightInput(slot)], { ...padded(window), group: channels }),
  depthwiseGradient: (g, gradient, slot, { channels, kernel, stride, factor, rest }) => {
    const window = { kernel, stride };
    const weight = byOutput(g, weightInput(slot), factor);
    if (stride > 1) return plus(g, transposedConv(g, [gradient, weight], window, channels), rest);
    const attributes = { ...padded(window), group: channels };
    return plus(g, g.add('Conv', [gradient, turned(g, weight, kernel)], attributes), rest);
  },
  averagePool: (g, x, window, padding) => g.add('AveragePool', [x], pooling(window, padding)),
  averagePoolGradient: (g, ...args) => poolGradient(g, plain, ...args),
  enlarge: (g, x, { factor, rest }) => {
    const large = g.add('Resize', [x, '', g.floats(1, 1, factor, factor)], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    });
    return plus(g, large, rest);
  },
  channelMean: (g, x) => g.add('ReduceMean', [x, g.ints(0, 2, 3)], { keepdims: 1 }),
  productMean: (g, a, b) => plain.channelMean(g, g.add('Mul', [a, b]), undefined),
  affine: (g, { x, scale, shift, rest, then }) => {
    const product = g.add('Mul', [x, scale]);
    const sum = plus(g, shift === undefined ? product : g.add('Add', [product, shift]), rest);
    return then ? g.add(then, [sum]) : sum;
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

/** Each output position gives an equal share to the inputs it counted; `share` is that count over the kernel's area. */
export function poolGradient(
  g: GraphBuilder,
  layout: Pick<Layout, 'averagePool'>,
  gradient: string,
  x: string,
  kernel: number,
): string {
  const image = g.add('Slice', [x, g.ints(0), g.ints(1), g.ints(0)]);
  const ones = g.add('Add', [g.add('Mul', [image, g.float(0)]), g.float(1)]);
  const share = g.add('Reciprocal', [layout.averagePool(g, ones, { kernel, stride: 1 }, 'counted')]);
  return layout.averagePool(g, g.add('Mul', [gradient, share]), { kernel, stride: 1 }, 'counted');
}

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

export const plus = (g: GraphBuilder, value: string, rest: string | undefined): string =>
  rest === undefined ? value : g.add('Add', [value, rest]);

export function padded({ kernel, stride }: Window) {
  const pad = (kernel - 1) >> 1;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

export function pooling({ kernel, stride }: Window, padding: 'counted' | 'not-counted') {
  const pad = stride === 1 ? (kernel - 1) >> 1 : 0;
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    count_include_pad: padding === 'counted' ? 1 : 0,
  };
}

/** Gradient of a strided convolution whose input's sizes are multiples of the stride. */
function transposedConv(
  g: GraphBuilder,
  inputs: readonly [gradient: string, weight: string],
  { kernel, stride }: Window,
  group = 1,
): string {
  const extra = [stride - 1, stride - 1];
  return g.add('ConvTranspose', inputs, { ...padded({ kernel, stride }), output_padding: extra, group });
}

/** A weight [out, in, k, k], or what lies as one, times a factor for each output. */
function byOutput(g: GraphBuilder, weight: string, factor: string | undefined): string {
  return factor === undefined
    ? weight
    : g.add('Mul', [weight, g.add('Reshape', [factor, g.ints(-1, 1, 1, 1)])]);
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
