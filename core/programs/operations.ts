// In: an operation's inputs. Out: its shape, its ONNX form and its vector-Jacobian product, side by side in one table.
import type { Layout, Window } from './layout.js';
import type { GraphBuilder } from './onnx.js';

/** Shape of one image's activation: a map, or a matrix of tokens (see `Form`). */
export type Shape = MapShape | TokenShape;
export type MapShape = readonly [channels: number, height: number, width: number];
export type TokenShape = readonly [tokens: number, channels: number];
/** Static settings of an operation; they are part of a program's topology. */
export type Settings = Readonly<Record<string, number>>;

/** What an operation sees while a graph is written: names of ONNX values, and how they lie in memory. */
export interface Site {
  readonly inputs: readonly string[];
  /** Slot of the weight, '' where there is none. */
  readonly slot: string;
  readonly settings: Settings;
  /** Channels of the output. */
  readonly channels: number;
  readonly layout: Layout;
}
export interface Emitted {
  readonly output: string;
  /** Values that the VJP needs again. */
  readonly saved: readonly string[];
}
export interface Operation {
  /** Output shape; `weight` is the weight's shape, [] where there is none. */
  shape(args: { inputs: readonly Shape[]; weight: readonly number[]; settings: Settings }): Shape;
  forward(g: GraphBuilder, site: Site): Emitted;
  /** Gradients with respect to each input, given the gradient of the output; `undefined` is zero. */
  vjp(g: GraphBuilder, site: Site, emitted: Emitted, gradient: string): readonly (string | undefined)[];
}

/** Batch normalization's epsilon where its settings name none (method.md). */
const EPSILON = 1e-5;

/** Same-padded convolution, no bias. settings: kernel, stride. weight [out, in, kernel, kernel]. */
const conv: Operation = {
  shape: ({ inputs, weight, settings }) => [weight[0]!, ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, slot, settings, layout }) => ({
    output: layout.conv(g, inputs[0]!, slot, window(settings)),
    saved: [],
  }),
  vjp: (g, { slot, settings, layout }, _, gradient) => [
    layout.convGradient(g, gradient, slot, window(settings)),
  ],
};

/**
 * Training-mode batch normalization with scale 1 and shift 0: statistics over batch and positions, biased variance.
 * settings: epsilon (1e-5 if not given).
 */
const batchNorm: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs, channels, settings, layout }) => {
    const x = inputs[0]!;
    const mean = layout.channelMean(g, x);
    const square = layout.channelMean(g, g.add('Mul', [x, x]));
    const variance = g.add('Relu', [g.add('Sub', [square, g.add('Mul', [mean, mean])])]);
    const scale = g.add('Pow', [
      g.add('Add', [variance, g.float(settings.epsilon ?? EPSILON)]),
      g.float(-0.5),
    ]);
    const minus = g.add('Neg', [scale]);
    const shift = g.add('Mul', [mean, minus]);
    return { output: layout.affine(g, { x, channels, scale, shift }), saved: [scale, minus] };
  },
  // r (dy - mean(dy) - y mean(dy y)), r the forward scale
  vjp: (g, { channels, layout }, { output, saved }, gradient) => {
    const [scale, minus] = saved as [string, string];
    const shift = g.add('Mul', [minus, layout.channelMean(g, gradient)]);
    const along = g.add('Mul', [minus, layout.channelMean(g, g.add('Mul', [gradient, output]))]);
    const rest = layout.affine(g, { x: output, channels, scale: along });
    return [layout.affine(g, { x: gradient, channels, scale, shift, rest })];
  },
};

/** Slope of the mask: anything above 1e-37 counts as positive. */
const STEEP = 1e37;

const relu: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => ({ output: g.add('Relu', [inputs[0]!]), saved: [] }),
  // A steep hard sigmoid is 1 where the input was positive and 0 elsewhere, in one pass (Sign takes three times as long).
  vjp: (g, _, { output }, gradient) => {
    const mask = g.add('HardSigmoid', [output], { alpha: { float: STEEP }, beta: { float: 0 } });
    return [g.add('Mul', [gradient, mask])];
  },
};

/** Average pooling; padding is not counted. settings: kernel, stride (1 with odd kernel and same padding, or kernel). */
const averagePool: Operation = {
  shape: ({ inputs, settings }) => [channelsOf(inputs[0]!), ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, settings, layout }) => ({
    output: layout.averagePool(g, inputs[0]!, window(settings), 'not-counted'),
    saved: [],
  }),
  vjp: (g, { inputs, settings, layout }, _, gradient) => {
    const { kernel, stride } = window(settings);
    if (stride === 1) {
      // Each output position gives an equal share to the inputs it counted; `share` is that count over the kernel's area.
      const image = g.add('Slice', [inputs[0]!, g.ints(0), g.ints(1), g.ints(0)]);
      const ones = g.add('Add', [g.add('Mul', [image, g.float(0)]), g.float(1)]);
      const share = g.add('Reciprocal', [layout.averagePool(g, ones, { kernel, stride }, 'counted')]);
      return [layout.averagePool(g, g.add('Mul', [gradient, share]), { kernel, stride }, 'counted')];
    }
    return [enlarge(g, g.add('Mul', [gradient, g.float(1 / kernel ** 2)]), stride)];
  },
};

/** Sum of any number of inputs of one shape. */
const sum: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => ({
    output: inputs.length === 1 ? inputs[0]! : g.add('Sum', inputs),
    saved: [],
  }),
  vjp: (_, { inputs }, __, gradient) => inputs.map(() => gradient),
};

/** Zeros of the input's shape: the output of a cell that nothing reaches. */
const zero: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => ({ output: g.add('Mul', [inputs[0]!, g.float(0)]), saved: [] }),
  vjp: () => [undefined],
};

export const operations = { conv, batchNorm, relu, averagePool, sum, zero } as const;
export type OperationName = keyof typeof operations;

/** The row of an operation; a name without one throws and says so. */
export function operation(name: string): Operation {
  const row = Object.hasOwn(operations, name) ? operations[name as OperationName] : undefined;
  if (!row) throw new Error(`operation "${name}" has no row in core/programs/operations.ts`);
  return row;
}

function strided(shape: Shape, stride: number): [number, number] {
  const [, height, width] = mapShape(shape);
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}

function window({ kernel, stride }: Settings): Window {
  return { kernel: kernel!, stride: stride! };
}

/** A shape that must be a map's. */
export function mapShape(shape: Shape): MapShape {
  if (shape.length === 3) return shape;
  throw new Error(`found tokens [${shape}] where a map [channels, height, width] is needed`);
}

export function channelsOf(shape: Shape): number {
  return shape.length === 3 ? shape[0] : shape[1];
}

/** Samples of one image: positions of a map, or tokens. */
export function positionsOf(shape: Shape): number {
  return shape.length === 3 ? shape[1] * shape[2] : shape[0];
}

/** Repeats each position `factor` times in both directions. */
function enlarge(g: GraphBuilder, value: string, factor: number): string {
  return g.add('Resize', [value, '', g.floats(1, 1, factor, factor)], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}
