// In: an operation's inputs. Out: its shape, its ONNX form and its vector-Jacobian product, side by side in one table.
import type { GraphBuilder } from './onnx.js';

/** Shape of one image's activation: [channels, height, width]. */
export type Shape = readonly [channels: number, height: number, width: number];
/** Static settings of an operation; they are part of a program's topology. */
export type Settings = Readonly<Record<string, number>>;

/** What an operation sees while a graph is written: names of ONNX values. */
export interface Site {
  readonly inputs: readonly string[];
  readonly weight: string;
  readonly settings: Settings;
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

/** Batch normalization's epsilon (method.md). */
const EPSILON = 1e-5;

/** Same-padded convolution, no bias. settings: kernel, stride. weight [out, in, kernel, kernel]. */
const conv: Operation = {
  shape: ({ inputs, weight, settings }) => [weight[0]!, ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, weight, settings }) => ({
    output: g.add('Conv', [inputs[0]!, weight], window(settings)),
    saved: [],
  }),
  vjp: (g, { weight, settings }, _, gradient) => {
    const { kernel, stride } = settings as { kernel: number; stride: number };
    if (stride === 1) return [g.add('Conv', [gradient, flipped(g, weight, kernel)], window(settings))];
    // Input sizes are multiples of the stride: the rows that it leaves over at the end belong to the input too.
    const extra = stride - 1;
    return [
      g.add('ConvTranspose', [gradient, weight], {
        ...window(settings),
        output_padding: [extra, extra],
      }),
    ];
  },
};

/** Training-mode batch normalization with scale 1 and shift 0: statistics over batch and positions, biased variance. */
const batchNorm: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => {
    const mean = g.add('ReduceMean', [inputs[0]!, g.ints(0, 2, 3)], { keepdims: 1 });
    const centred = g.add('Sub', [inputs[0]!, mean]);
    const square = g.add('Mul', [centred, centred]);
    const variance = g.add('ReduceMean', [square, g.ints(0, 2, 3)], { keepdims: 1 });
    const deviation = g.add('Sqrt', [g.add('Add', [variance, g.float(EPSILON)])]);
    const scale = g.add('Reciprocal', [deviation]);
    return { output: g.add('Mul', [centred, scale]), saved: [scale] };
  },
  vjp: (g, _, { output, saved }, gradient) => {
    const mean = g.add('ReduceMean', [gradient, g.ints(0, 2, 3)], { keepdims: 1 });
    const along = g.add('ReduceMean', [g.add('Mul', [gradient, output]), g.ints(0, 2, 3)], { keepdims: 1 });
    const rest = g.add('Sub', [g.add('Sub', [gradient, mean]), g.add('Mul', [output, along])]);
    return [g.add('Mul', [rest, saved[0]!])];
  },
};

const relu: Operation = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (g, { inputs }) => ({ output: g.add('Relu', [inputs[0]!]), saved: [] }),
  vjp: (g, _, { output }, gradient) => [g.add('Mul', [gradient, g.add('Sign', [output])])],
};

/** Average pooling; padding is not counted. settings: kernel, stride (1 with odd kernel and same padding, or kernel). */
const averagePool: Operation = {
  shape: ({ inputs, settings }) => [inputs[0]![0], ...strided(inputs[0]!, settings.stride!)],
  forward: (g, { inputs, settings }) => ({
    output: g.add('AveragePool', [inputs[0]!], { ...pooling(settings), count_include_pad: 0 }),
    saved: [],
  }),
  vjp: (g, { inputs, settings }, _, gradient) => {
    const { kernel, stride } = settings as { kernel: number; stride: number };
    if (stride === 1) {
      // Each output position gives an equal share to the inputs it counted; `share` is that count over kernel area.
      const ones = g.add('Add', [g.add('Mul', [slice(g, inputs[0]!), g.float(0)]), g.float(1)]);
      const share = g.add('AveragePool', [ones], { ...pooling(settings), count_include_pad: 1 });
      const scaled = g.add('Div', [gradient, share]);
      return [g.add('AveragePool', [scaled], { ...pooling(settings), count_include_pad: 1 })];
    }
    const share = g.add('Mul', [gradient, g.float(1 / kernel ** 2)]);
    return [enlarge(g, share, stride)];
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
  const row = (operations as Readonly<Record<string, Operation>>)[name];
  if (!row) throw new Error(`operation "${name}" has no row in core/programs/operations.ts`);
  return row;
}

function strided([, height, width]: Shape, stride: number): [number, number] {
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}

function window({ kernel, stride }: Settings) {
  const pad = (kernel! - 1) >> 1;
  return { kernel_shape: [kernel!, kernel!], strides: [stride!, stride!], pads: [pad, pad, pad, pad] };
}

function pooling({ kernel, stride }: Settings) {
  const pad = stride === 1 ? (kernel! - 1) >> 1 : 0;
  return { kernel_shape: [kernel!, kernel!], strides: [stride!, stride!], pads: [pad, pad, pad, pad] };
}

/** Weight of the transposed convolution written as a convolution: [in, out, k, k], rotated by half a turn. */
function flipped(g: GraphBuilder, weight: string, kernel: number): string {
  const swapped = g.add('Transpose', [weight], { perm: [1, 0, 2, 3] });
  if (kernel === 1) return swapped;
  return g.add('Slice', [
    swapped,
    g.ints(-1, -1),
    g.ints(-kernel - 1, -kernel - 1),
    g.ints(2, 3),
    g.ints(-1, -1),
  ]);
}

/** One channel of one image, [1, 1, h, w]. */
function slice(g: GraphBuilder, value: string): string {
  return g.add('Slice', [value, g.ints(0, 0), g.ints(1, 1), g.ints(0, 1)]);
}

/** Repeats each position `factor` times in both directions. */
function enlarge(g: GraphBuilder, value: string, factor: number): string {
  return g.add('Resize', [value, '', g.floats(1, 1, factor, factor)], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}
