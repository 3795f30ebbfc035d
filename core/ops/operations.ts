// In: an operation's inputs. Out: its shape, its ONNX form and its vector-Jacobian product, side by side in one table.

import type { OperationName, Settings } from '../ir/block.js';
import { channelsOf, mapShape, type Shape } from '../ir/shape.js';
import type { GraphBuilder } from '../onnx/graph.js';
import { attention } from './attention.js';
import { classToken, patchEmbedding, positions } from './embedding.js';
import type { Layout, Window } from './layout.js';
import { gelu, layerNorm, linear } from './linear.js';
import { type Operation, total } from './operation.js';

/** Batch normalization's epsilon where its settings name none (method.md). */
const EPSILON = 1e-5;

/** Same-padded convolution, no bias. settings: kernel, stride. weight [out, in, kernel, kernel]. */
const conv: Operation = {
  scales: true,
  shape: ({ inputs, weight, settings }) => [weight[0]!, ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, slot, settings, layout }) => ({
    output: layout.conv(g, inputs[0]!, slot, window(settings)),
    saved: [],
  }),
  vjp: (g, { slot, settings, layout, read, shape }, _, gradient, factor) => [
    (rest) =>
      layout.convGradient(g, gradient, slot, { ...window(settings), read, made: shape, factor, rest }),
  ],
};

/** Same-padded convolution of each channel with a kernel of its own. settings: kernel, stride. weight [channels, 1, kernel, kernel]. */
const depthwise: Operation = {
  sized: true,
  scales: true,
  shape: ({ inputs, settings }) => [channelsOf(inputs[0]!), ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, slot, settings, shape, layout }) => ({
    output: layout.depthwise(g, inputs[0]!, slot, { ...window(settings), channels: channelsOf(shape!) }),
    saved: [],
  }),
  vjp: (g, { slot, settings, shape, layout, read }, _, gradient, factor) => {
    const sizes = { ...window(settings), channels: channelsOf(shape!), read, factor };
    return [(rest) => layout.depthwiseGradient(g, gradient, slot, { ...sizes, rest })];
  },
};

/**
 * Training-mode batch normalization with scale 1 and shift 0: statistics over batch and positions, biased variance.
 * settings: epsilon (1e-5 if not given); centred (1: the variance is that of centred values, one pass more, for networks
 * so deep that the rounding of a mean of squares adds up).
 */
const batchNorm: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs, shape, settings, layout }) => {
    const x = inputs[0]!;
    const mean = layout.channelMean(g, x, shape);
    const epsilon = g.float(settings.epsilon ?? EPSILON);
    const spread = settings.centred ? centredVariance : simpleVariance;
    const variance = g.add('Add', [spread({ g, x, mean, shape, layout }), epsilon]);
    const scale = g.add('Pow', [variance, g.float(-0.5)]);
    const minus = g.add('Neg', [mean]);
    const shift = g.add('Mul', [minus, scale]);
    return {
      output: (rest, then) => layout.affine(g, { x, shape, scale, shift, rest, then }),
      saved: [mean, minus, variance, scale],
    };
  },
  // r (dy - mean(dy) - y mean(dy y)) with y = r (x - m), r the forward scale; in terms of x, since y may never be written
  // alone: (x - m + k (dy - mean(dy))) r / k, 1 / k = -mean(dy (x - m)) / (variance + epsilon). But for the factor r / k it is
  // written over x in one pass.
  vjp: (g, { inputs, shape, layout }, { saved }, gradient) => {
    const [m, minus, variance, scale] = saved as [string, string, string, string];
    const x = inputs[0]!;
    const product = (a: string, b: string) => g.add('Mul', [a, b]);
    const mean = layout.channelMean(g, gradient, shape);
    const moment = g.add('Sub', [product(m, mean), layout.productMean(g, gradient, x, shape)]);
    const slope = g.add('Add', [g.add('Div', [moment, variance]), g.float(TINY)]);
    const k = g.add('Reciprocal', [slope]);
    const shift = g.add('Sub', [minus, product(k, mean)]);
    const value = layout.affine(g, { x: gradient, shape, scale: k, shift, rest: x });
    return [{ value, factor: product(scale, slope) }];
  },
};

/** Keeps a slope of a gradient from zero, whose inverse is no number: too little to matter, and its inverse times a gradient is one. */
const TINY = 1e-25;

interface Spread {
  readonly g: GraphBuilder;
  readonly x: string;
  readonly mean: string;
  readonly shape: Shape | undefined;
  readonly layout: Layout;
}

/** Variance by channel, as mean of squares less square of the mean. */
function simpleVariance({ g, x, mean, shape, layout }: Spread): string {
  const square = layout.productMean(g, x, x, shape);
  return g.add('Relu', [g.add('Sub', [square, g.add('Mul', [mean, mean])])]);
}

/** The same, as mean of squares of centred values. */
function centredVariance({ g, x, mean, shape, layout }: Spread): string {
  const ones = g.add('Add', [g.add('Mul', [mean, g.float(0)]), g.float(1)]);
  const centred = layout.affine(g, { x, shape, scale: ones, shift: g.add('Neg', [mean]) });
  return layout.productMean(g, centred, centred, shape);
}

/** Slope of the mask: anything above 1e-37 counts as positive. */
const STEEP = 1e37;

const relu: Operation = {
  adds: true,
  shape: ({ inputs }) => inputs[0]!,
  // A steep hard sigmoid is 1 where the input was positive and 0 elsewhere, in one pass (Sign takes three times as long).
  // Added before the gradient's nodes it runs after them, and writes the mask over the output, which nobody reads then.
  forward: (g, { addends }) => {
    const output = total(g, addends, 'Relu')!;
    const mask = g.add('HardSigmoid', [output], { alpha: { float: STEEP }, beta: { float: 0 } });
    return { output, saved: [mask] };
  },
  vjp: (g, _, { saved }, gradient) => [g.add('Mul', [gradient, saved[0]!])],
};

/** Average pooling; padding is not counted. settings: kernel, stride (1 with odd kernel and same padding, or kernel). */
const averagePool: Operation = {
  shape: ({ inputs, settings }) => [channelsOf(inputs[0]!), ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, settings, layout }) => ({
    output: layout.averagePool(g, inputs[0]!, window(settings), 'not-counted'),
    saved: [],
  }),
  vjp: (g, { inputs, settings, layout, shape }, _, gradient) => {
    const { kernel, stride } = window(settings);
    if (stride === 1) return [layout.averagePoolGradient(g, gradient, inputs[0]!, kernel)];
    const share = g.add('Mul', [gradient, g.float(1 / kernel ** 2)]);
    return [(rest) => layout.enlarge(g, share, { factor: stride, shape, rest })];
  },
};

/** Sum of any number of inputs of one shape. */
const sum: Operation = {
  adds: true,
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { addends }) => ({
    output: (rest, then) => total(g, rest === undefined ? addends : [rest, ...addends], then)!,
    saved: [],
  }),
  vjp: (_, { addends }, __, gradient) => addends.map(() => gradient),
};

/** Zeros of the input's shape: the output of a cell that nothing reaches. */
const zero: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => ({ output: g.add('Mul', [inputs[0]!, g.float(0)]), saved: [] }),
  vjp: () => [undefined],
};

export const operations = {
  conv,
  depthwise,
  batchNorm,
  relu,
  averagePool,
  sum,
  zero,
  linear,
  layerNorm,
  gelu,
  attention,
  patchEmbedding,
  classToken,
  positions,
} as const satisfies Record<OperationName, Operation>;

/** The row of an operation; a name without one throws and says so. */
export function operation(name: string): Operation {
  const row = Object.hasOwn(operations, name) ? operations[name as OperationName] : undefined;
  if (!row) throw new Error(`operation "${name}" has no row in core/ops/operations.ts`);
  return row;
}

function strided(shape: Shape, stride: number): [number, number] {
  const [, height, width] = mapShape(shape);
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}

function window({ kernel, stride }: Settings): Window {
  return { kernel: kernel!, stride: stride! };
}
