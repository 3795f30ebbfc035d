// Defines matrix products and convolutions of tensors.

import { blockedConv } from './blocked-conv.js';
import { blockedDepthwise, blockedDepthwiseTranspose, type ConvWindow } from './blocked-depthwise.js';
import { slice } from './movement.js';
import type { Rules, Site } from './rule.js';
import { broadcast, range, sizeOf } from './shapes.js';
import { listOf, numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

export const linear: Rules = {
  /** Matrix product over the last two axes; the axes before them are broadcast. */
  MatMul: {
    shape: ([a, b]) => {
      if (a!.length < 2 || b!.length < 2 || a!.at(-1) !== b!.at(-2))
        throw new TapeError(`matrices of shapes [${a}] and [${b}] cannot be multiplied`);
      return [...broadcast([a!.slice(0, -2), b!.slice(0, -2), []]), a!.at(-2)!, b!.at(-1)!];
    },
    vjp: ({ t, x, g, wanted }) => {
      const [a, b] = x as [Id, Id];
      return [
        wanted[0] ? t.unbroadcast(t.add('MatMul', [g, transposeMatrix(t, b)]), t.shape(a)) : undefined,
        wanted[1] ? matrixGradient({ t, a, b, g }) : undefined,
      ];
    },
  },

  /**
   * x [b, c, ...spatial], weight [out, c / group, ...kernel]; attributes strides, dilations, pads (before all axes, then after) and
   * group.
   */
  Conv: {
    shape: ([x, weight], attributes) => {
      const { strides, dilations, pads, group } = windowOf(attributes);
      const spatial = x!.slice(2);
      if (weight!.length !== x!.length || x![1] !== weight![1]! * group || weight![0]! % group)
        throw new TapeError(
          `a weight of shape [${weight}] in ${group} groups does not fit an input of shape [${x}]`,
        );
      return [
        x![0]!,
        weight![0]!,
        ...spatial.map((n, i) => {
          const reach = dilations[i]! * (weight![i + 2]! - 1) + 1;
          return Math.floor((n + pads[i]! + pads[i + spatial.length]! - reach) / strides[i]!) + 1;
        }),
      ];
    },
    vjp: (site) => [
      site.wanted[0] ? inputGradient(site) : undefined,
      site.wanted[1] ? weightGradient(site) : undefined,
    ],
    write: (site) => {
      const window = windowOf(site.attributes);
      return (
        blockedDepthwise({ ...site, window }) ??
        blockedConv({ ...site, window }) ??
        site.g.add('Conv', site.inputs, { ...window, kernel_shape: site.shapes[1]!.slice(2) })
      );
    },
  },

  /** The transpose of a convolution: x [b, c, ...], weight [c, out / group, ...kernel]; `output` is the spatial shape of its result. */
  ConvTranspose: {
    shape: ([x, weight], attributes) => {
      const { group } = windowOf(attributes);
      if (weight!.length !== x!.length || x![1] !== weight![0] || !(group > 0) || x![1]! % group)
        throw new TapeError(
          `a weight of shape [${weight}] in ${group} groups does not fit an input of shape [${x}]`,
        );
      return [x![0]!, weight![1]! * group, ...listOf(attributes, 'output')];
    },
    // The gradients are those of the convolution that it transposes, with x and g exchanged.
    vjp: ({ t, x, g, attributes, wanted }) => {
      const [input, weight] = x as [Id, Id];
      const { output: _, ...window } = attributes;
      const back = () => t.add('Conv', [g, weight], window);
      return [
        wanted[0] ? back() : undefined,
        wanted[1]
          ? weightGradientOf({ t, input: g, weight, gradient: input, attributes: window })
          : undefined,
      ];
    },
    write: (site) => {
      const { g, inputs, attributes, shapes } = site;
      const [x, weight] = shapes;
      const window = windowOf(attributes);
      const blocked = blockedDepthwiseTranspose({ ...site, window, output: listOf(attributes, 'output') });
      if (blocked !== undefined) return blocked;
      const spatial = x!.slice(2);
      const extra = listOf(attributes, 'output').map((n, i) => {
        const reach = window.dilations[i]! * (weight![i + 2]! - 1) + 1;
        const least =
          (spatial[i]! - 1) * window.strides[i]! + reach - window.pads[i]! - window.pads[i + spatial.length]!;
        return n - least;
      });
      return g.add('ConvTranspose', inputs, {
        ...window,
        kernel_shape: weight!.slice(2),
        output_padding: extra,
      });
    },
  },
};

export function windowOf(attributes: Site['attributes']): ConvWindow {
  return {
    strides: listOf(attributes, 'strides'),
    dilations: listOf(attributes, 'dilations'),
    pads: listOf(attributes, 'pads'),
    group: numberOf(attributes, 'group'),
  };
}

function transposeMatrix(t: Tape, a: Id): Id {
  const rank = t.shape(a).length;
  return t.transpose(a, [...range(rank - 2), rank - 1, rank - 2]);
}

interface MatrixGradientArguments {
  readonly t: Tape;
  readonly a: Id;
  readonly b: Id;
  readonly g: Id;
}

/** aᵀ g. Where one matrix multiplies a batch of rows, a single product sums over all of them. */
function matrixGradient({ t, a, b, g }: MatrixGradientArguments): Id {
  if (t.shape(b).length > 2) return t.unbroadcast(t.add('MatMul', [transposeMatrix(t, a), g]), t.shape(b));
  const rows = (id: Id) =>
    t.reshape(id, [
      t
        .shape(id)
        .slice(0, -1)
        .reduce((n, m) => n * m, 1),
      t.shape(id).at(-1)!,
    ]);
  return t.add('MatMul', [transposeMatrix(t, rows(a)), rows(g)]);
}

/**
 * The gradient of a convolution's input is the transposed convolution of g. With stride 1 this is a
 * convolution with the kernel rotated by 180 degrees (rot180) and its channel axes transposed, which ONNX
 * Runtime computes faster. This form is not used where the kernel is as large as a map (attribute isGradient,
 * set for a convolution that itself computes the gradient of a weight), because most of its products would be
 * with padding.
 */
export function inputGradient({ t, x, g, attributes }: Site): Id {
  const [input, weight] = x as [Id, Id];
  const window = windowOf(attributes);
  const kernel = t.shape(weight).slice(2);
  const n = kernel.length;
  const output = t.shape(input).slice(2);
  const pads = window.pads.map((pad, i) => window.dilations[i % n]! * (kernel[i % n]! - 1) - pad);
  if (window.strides.some((stride) => stride !== 1) || pads.some((pad) => pad < 0) || attributes.isGradient)
    return t.add('ConvTranspose', [g, weight], { ...window, output });
  return t.add('Conv', [g, transposeAndRotate(t, weight, window.group)], { ...window, pads });
}

/**
 * Transposes and rotates a weight: [out, in / group, ...kernel] to [in, out / group, ...kernel], each kernel
 * rotated by 180 degrees.
 */
function transposeAndRotate(t: Tape, weight: Id, group: number): Id {
  const [out, inner, ...kernel] = t.shape(weight) as [number, number, ...number[]];
  const apart = t.reshape(
    weight,
    group === 1 ? [out, inner, ...kernel] : [group, out / group, inner, ...kernel],
  );
  const axes = kernel.map((_, i) => i + 2);
  const exchanged = t.transpose(
    apart,
    group === 1 ? [1, 0, ...axes] : [0, 2, 1, ...axes.map((axis) => axis + 1)],
  );
  const shape = [group * inner, out / group, ...kernel];
  // Rotating by 180 degrees reverses the order of all elements of a kernel.
  const elements = sizeOf(kernel);
  if (elements === 1) return t.reshape(exchanged, shape);
  const flat = t.reshape(exchanged, [group * inner, out / group, elements]);
  return t.reshape(reverseLast(t, flat, elements), shape);
}

/** The largest number of elements that a product with a matrix reverses quicker than a slice does. */
const LARGEST_REVERSED = 25;

/** Reverses the last axis, of `n` elements. */
function reverseLast(t: Tape, a: Id, n: number): Id {
  const axis = t.shape(a).length - 1;
  if (n > LARGEST_REVERSED) return slice(t, a, { axis, start: n - 1, end: -1, step: -1 });
  const exchange = new Float64Array(n * n);
  for (let i = 0; i < n; i++) exchange[i * n + n - 1 - i] = 1;
  return t.add('MatMul', [a, t.constant(exchange, [n, n])]);
}

export function weightGradient({ t, x, g, attributes }: Site): Id {
  const [input, weight] = x as [Id, Id];
  return weightGradientOf({ t, input, weight, gradient: g, attributes });
}

interface WeightGradientOfArguments {
  readonly t: Tape;
  readonly input: Id;
  readonly weight: Id;
  readonly gradient: Id;
  readonly attributes: Site['attributes'];
}

/**
 * The gradient of a convolution's weight is itself a convolution: images act as channels, g acts as the
 * kernel, and stride and dilation are exchanged. With groups, x [b, g, c, ...] becomes [c, g b, ...] and g
 * [b, g, o, ...] becomes [g o, b, ...].
 */
function weightGradientOf({ t, input, weight, gradient, attributes }: WeightGradientOfArguments): Id {
  const { strides, dilations, pads, group } = windowOf(attributes);
  const [b, c, ...spatial] = t.shape(input) as [number, number, ...number[]];
  const [, o, ...positions] = t.shape(gradient) as [number, number, ...number[]];
  const rest = spatial.map((_, i) => i + 3);
  const images = t.reshape(
    t.transpose(t.reshape(input, [b, group, c / group, ...spatial]), [2, 1, 0, ...rest]),
    [c / group, group * b, ...spatial],
  );
  const kernel = t.reshape(
    t.transpose(t.reshape(gradient, [b, group, o / group, ...positions]), [1, 2, 0, ...rest]),
    [o, b, ...positions],
  );
  const product = t.add('Conv', [images, kernel], {
    strides: dilations,
    dilations: strides,
    pads,
    group,
    isGradient: 1,
  });
  const order = t.transpose(product, [1, 0, ...spatial.map((_, i) => i + 2)]);
  // Positions at the far edge that the stride skipped make the product larger than the kernel, so they are
  // cut off.
  return spatial.reduce(
    (all, _, i) => slice(t, all, { axis: i + 2, start: 0, end: t.shape(weight)[i + 2]!, step: 1 }),
    order,
  );
}
