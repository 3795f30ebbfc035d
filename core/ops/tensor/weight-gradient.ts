// Defines the gradient of a convolution's weight as one operation, computed with one matrix product.
import type { GraphBuilder } from '../../onnx/graph.js';
import { inputGradient, windowOf } from './linear.js';
import type { Rules, Site, WriteSite } from './rule.js';
import { range } from './shapes.js';
import { listOf } from './signature.js';
import type { Id } from './tape.js';

/** The tallest and widest kernel: the product reads as many copies of the input as the kernel is wide. */
const LARGEST_SIDE = 5;

export const weightGradients: Rules = {
  /**
   * The gradient [out, in, kh, kw] of a convolution's weight, from the convolution's input x
   * [b, in, height, width] and the gradient g [b, out, ...] of its output, with stride 1 and dilation d:
   *
   *     dW[o, c, i, j] = sum over b, h, w of g[b, o, h, w] x[b, c, h + d i - pad, w + d j - pad]
   *
   * Attributes: those of the convolution, and its `kernel`. The gradient is linear in x and in g, so that its
   * own gradients are those of the convolution, with the gradient of dW as the weight.
   */
  ConvWeightGradient: {
    shape: ([x, g], attributes) => [g![1]!, x![1]!, ...listOf(attributes, 'kernel')],
    vjp: ({ t, x: [x, g], y, g: weight, attributes, wanted }) => {
      const { kernel: _, ...window } = attributes;
      const convolution = { t, x: [x!, weight], y, g: g!, attributes: window, wanted };
      return [
        wanted[0] ? inputGradient(convolution) : undefined,
        wanted[1] ? t.add('Conv', [x!, weight], window) : undefined,
      ];
    },
    write: writeWeightGradient,
  },
};

/** The operation for the gradient of a convolution's weight; undefined where it does not apply. */
export function weightProduct({ t, x, g, attributes }: Site): Id | undefined {
  const [input, weight] = x as [Id, Id];
  const { group, pads, strides } = windowOf(attributes);
  const kernel = t.shape(weight).slice(2);
  const isPlain = group === 1 && strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0);
  const isSmall = kernel.length === 2 && kernel.every((side) => side <= LARGEST_SIDE);
  return isPlain && isSmall ? t.add('ConvWeightGradient', [input, g], { ...attributes, kernel }) : undefined;
}

/**
 * One product of copies of g that are shifted by the rows of the kernel with copies of x that are shifted by
 * its columns. Rows can be shifted in g because both have the same width, so that only whole rows of zeros
 * are added.
 */
function writeWeightGradient({ g, inputs, shapes, attributes }: WriteSite): string {
  const [x, gradient] = inputs as [string, string];
  const [[, channels], [batch, out, , width]] = shapes as [Map4, Map4];
  const [kh, kw] = listOf(attributes, 'kernel') as [number, number];
  const { pads, dilations } = windowOf(attributes);
  const [top, left, bottom, right] = pads as Map4;
  const [down, across] = dilations as [number, number];
  const padded = writePadding({ g, x, before: [top, left], after: [bottom, right] });
  const columns = range(kw).map((j) =>
    kw === 1 ? padded : g.add('Slice', [padded, g.ints(j * across), g.ints(j * across + width), g.ints(3)]),
  );
  const rows = range(kh).map((i) =>
    writePadding({ g, x: gradient, before: [i * down, 0], after: [(kh - 1 - i) * down, 0] }),
  );
  const join = (parts: readonly string[], count: number) =>
    g.add('Reshape', [
      parts.length === 1 ? parts[0]! : g.add('Concat', parts, { axis: 1 }),
      g.ints(batch, count * parts.length, -1),
    ]);
  const products = g.add('FusedMatMul@com.microsoft', [join(rows, out), join(columns, channels)], {
    transA: 0,
    transB: 1,
  });
  const sum = g.add('ReduceSum', [products, g.ints(0)], { keepdims: 0 });
  if (kh * kw === 1) return g.add('Reshape', [sum, g.ints(out, channels, 1, 1)]);
  const apart = g.add('Reshape', [sum, g.ints(kh, out, kw, channels)]);
  return g.add('Transpose', [apart], { perm: [1, 3, 0, 2] });
}

type Map4 = readonly [number, number, number, number];

interface WritePaddingArguments {
  readonly g: GraphBuilder;
  readonly x: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Zeros around the rows and columns. */
function writePadding({ g, x, before, after }: WritePaddingArguments): string {
  if ([...before, ...after].every((count) => count === 0)) return x;
  return g.add('Pad', [x, g.ints(0, 0, ...before, 0, 0, ...after)]);
}
