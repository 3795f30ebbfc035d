// Writes primitives in standard ONNX, for any execution provider. Activations are [b, c, h, w] or [b n, c],
// values per channel [1, c, 1, 1].
import { channelsOf } from '../ir/shape.js';
import type { GraphBuilder } from '../onnx/graph.js';
import type { Window } from '../ops/primitives.js';
import type { Value } from '../ops/tape.js';
import type { Layout } from './lower.js';
import type { Writers, Written } from './write.js';

/** The elementwise primitives, which every layout writes in the same way. */
export const layoutFree = {
  /**
   * A steep hard sigmoid is 1 where x > 1e-37 and 0 elsewhere, and takes one pass; Sign takes three times as
   * long.
   */
  positive: ({ g, inputs: [x] }: Written) =>
    g.add('HardSigmoid', [x!], { alpha: { float: 1e37 }, beta: { float: 0 } }),
  ones: ({ g, inputs: [x] }: Written) => {
    const image = g.add('Slice', [x!, g.ints(0), g.ints(1), g.ints(0)]);
    return g.add('Add', [g.add('Mul', [image, g.float(0)]), g.float(1)]);
  },
};

const writers: Writers = {
  ...layoutFree,
  conv: ({ g, value, inputs: [x, weight] }) => g.add('Conv', [x!, weight!], convAttributes(value)),
  convInputGradient: ({ g, value, inputs: [dy, weight, factor, addend] }) => {
    const { kernel, stride, isDepthwise } = convOf(value);
    const scaled = scaleOutputs(g, weight!, factor);
    if (stride > 1) {
      // The sizes of the convolution's input are multiples of the stride.
      const group = isDepthwise ? channelsOf(value.shape!) : 1;
      const extra = { output_padding: [stride - 1, stride - 1], group };
      return plus(
        g,
        g.add('ConvTranspose', [dy!, scaled], { ...windowAttributes({ kernel, stride }), ...extra }),
        addend,
      );
    }
    const transposed = isDepthwise ? scaled : g.add('Transpose', [scaled], { perm: [1, 0, 2, 3] });
    const rotated = rotate180(g, transposed, kernel);
    return plus(g, g.add('Conv', [dy!, rotated], convAttributes(value)), addend);
  },
  averagePool: ({ g, value, inputs: [x] }) => g.add('AveragePool', [x!], pooling(value)),
  upsample: ({ g, value: { attributes }, inputs: [x, addend] }) => {
    const factor = attributes.factor as number;
    const large = g.add('Resize', [x!, '', g.floats(1, 1, factor, factor)], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    });
    return plus(g, large, addend);
  },
  channelMean: ({ g, inputs: [x] }) => channelMean(g, x!),
  productMean: ({ g, inputs: [a, b] }) => channelMean(g, g.add('Mul', [a!, b!])),
  affine: ({ g, value: { attributes }, inputs: [x, scale, shift, addend] }) => {
    const sum = plus(g, plus(g, g.add('Mul', [x!, scale!]), shift), addend);
    return attributes.activation ? g.add(attributes.activation as string, [sum]) : sum;
  },
  productSum: ({ g, value, inputs: [a, b] }) => {
    if (isTokens(value)) return g.add('MatMul', [g.add('Transpose', [a!], { perm: [1, 0] }), b!]);
    const rows = (x: string) => g.add('Reshape', [x, g.ints(0, 0, -1)]);
    const product = g.add('MatMul', [rows(a!), g.add('Transpose', [rows(b!)], { perm: [0, 2, 1] })]);
    return g.add('ReduceSum', [product, g.ints(0)], { keepdims: 0 });
  },
  gram: ({ g, value, inputs: [a] }) => {
    if (isTokens(value)) return g.add('MatMul', [a!, g.add('Transpose', [a!], { perm: [1, 0] })]);
    const columns = g.add('Flatten', [g.add('Transpose', [a!], { perm: [1, 0, 2, 3] })], { axis: 1 });
    return g.add('MatMul', [g.add('Transpose', [columns], { perm: [1, 0] }), columns]);
  },
  channelSum: ({ g, value, inputs: [x] }) =>
    g.add('ReduceSum', [x!, isTokens(value) ? g.ints(0) : g.ints(0, 2, 3)], { keepdims: 0 }),
  spaceToDepth: ({ g, value: { attributes }, inputs: [x] }) =>
    g.add('SpaceToDepth', [x!], { blocksize: attributes.stride as number }),
};

const channelMean = (g: GraphBuilder, x: string): string =>
  g.add('ReduceMean', [x, g.ints(0, 2, 3)], { keepdims: 1 });

const isTokens = ({ attributes }: Value): boolean => attributes.form === 'tokens';

export const plus = (g: GraphBuilder, value: string, addend: string | undefined): string =>
  addend ? g.add('Add', [value, addend]) : value;

/** The window of a convolution, and whether it is depthwise. */
export function convOf({ attributes }: Value) {
  const { kernel, stride, groups } = attributes as Readonly<Record<string, number | string>>;
  return { kernel: kernel as number, stride: stride as number, isDepthwise: groups === 'channels' };
}

function convAttributes(value: Value) {
  const { isDepthwise, ...window } = convOf(value);
  return isDepthwise
    ? { ...windowAttributes(window), group: channelsOf(value.shape!) }
    : windowAttributes(window);
}

/** Attributes of a same-padded convolution with an odd kernel. */
export function windowAttributes({ kernel, stride }: Window) {
  const pad = (kernel - 1) >> 1;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

/** Attributes of an average pooling. */
export function pooling({ attributes }: Value) {
  const { kernel, stride, padding } = attributes as { kernel: number; stride: number; padding: string };
  const pad = stride === 1 ? (kernel - 1) >> 1 : 0;
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    count_include_pad: padding === 'counted' ? 1 : 0,
  };
}

/** A weight [out, in, k, k] times a factor for each output channel. */
function scaleOutputs(g: GraphBuilder, weight: string, factor: string | undefined): string {
  return factor ? g.add('Mul', [weight, g.add('Reshape', [factor, g.ints(-1, 1, 1, 1)])]) : weight;
}

/** Rotates each kernel by 180 degrees (rot180). */
function rotate180(g: GraphBuilder, weight: string, kernel: number): string {
  if (kernel === 1) return weight;
  const backwards = [g.ints(-1, -1), g.ints(-kernel - 1, -kernel - 1), g.ints(2, 3), g.ints(-1, -1)];
  return g.add('Slice', [weight, ...backwards]);
}

export const plain: Layout = { passes: [], writers };
