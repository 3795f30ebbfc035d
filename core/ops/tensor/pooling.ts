// Defines max and average pooling of tensors over windows.
import type { Rule, Rules, Site } from './rule.js';
import { range, sizeOf } from './shapes.js';
import { listOf, numberOf } from './signature.js';
import type { Id, Tape } from './tape.js';
import { TapeError } from './tape-error.js';

/**
 * Attributes: kernel, strides, dilations, pads (before all axes, then after), ceil (1: the last window may
 * reach beyond the far edge).
 */
export const pooledShape: Rule['shape'] = ([x], attributes) => {
  const kernel = listOf(attributes, 'kernel');
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map((name) =>
    listOf(attributes, name),
  ) as [readonly number[], readonly number[], readonly number[]];
  const spatial = x!.slice(2);
  if (spatial.length !== kernel.length)
    throw new TapeError(`a window of ${kernel.length} axes on a tensor of shape [${x}]`);
  const out = spatial.map((n, i) => {
    const reach = dilations[i]! * (kernel[i]! - 1) + 1;
    const steps = (n + pads[i]! + pads[i + kernel.length]! - reach) / strides[i]!;
    const count = (attributes.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that would begin in the padding at the far edge is dropped.
    return attributes.ceil && (count - 1) * strides[i]! >= n + pads[i]! ? count - 1 : count;
  });
  if (out.some((n) => n < 1)) throw new TapeError(`a window of [${kernel}] on a map of [${spatial}]`);
  return [x![0]!, x![1]!, ...out];
};

const window = (attributes: Site['attributes']) => ({
  kernel_shape: listOf(attributes, 'kernel'),
  strides: listOf(attributes, 'strides'),
  dilations: listOf(attributes, 'dilations'),
  pads: listOf(attributes, 'pads'),
  ceil_mode: numberOf(attributes, 'ceil'),
});

export const pooling: Rules = {
  MaxPool: {
    shape: pooledShape,
    vjp: ({ t, x, y, g, attributes }) => {
      const input = t.shape(x[0]!);
      const size = sizeOf(input);
      const zeros = t.expand(t.scalar(0), [size]);
      const places = t.add('MaxPoolIndices', x, attributes);
      const flat = (id: Id) => t.reshape(id, [sizeOf(t.shape(y))]);
      return [t.reshape(t.add('ScatterAdd', [zeros, flat(places), flat(g)]), input)];
    },
    // One node computes both results, so it is written once.
    write: ({ g, inputs, attributes }) =>
      g.addMany('MaxPool', inputs, { attributes: window(attributes), results: 2 })[0]!,
  },
  /** The index in the flattened input of each maximum; of equal elements, that of the first. */
  MaxPoolIndices: {
    shape: pooledShape,
    type: () => 'int',
    write: ({ g, inputs, attributes }) =>
      g.addMany('MaxPool', inputs, { attributes: window(attributes), results: 2 })[1]!,
  },
  /**
   * Adds elements of the third input to those of the first, at the indices in the second; all are vectors.
   */
  ScatterAdd: {
    shape: ([a]) => a!,
    vjp: ({ t, x, g, wanted }) => [
      wanted[0] ? g : undefined,
      undefined,
      wanted[2] ? t.add('Take', [g, x[1]!]) : undefined,
    ],
    write: ({ g, inputs }) => g.add('ScatterElements', inputs, { axis: 0, reduction: 'add' }),
  },
  /** Selects elements of the first input at the indices in the second; both are vectors. */
  Take: {
    shape: ([, places]) => places!,
    vjp: ({ t, x, g }) => {
      const zeros = t.expand(t.scalar(0), t.shape(x[0]!));
      return [t.add('ScatterAdd', [zeros, x[1]!, g]), undefined];
    },
    write: ({ g, inputs }) => g.add('GatherElements', inputs, { axis: 0 }),
  },
  /** Attribute `counted`: 1 where padding counts as zeros in the average. */
  AveragePool: {
    shape: pooledShape,
    vjp: averageGradient,
    write: ({ g, inputs, attributes: { counted, ...attributes } }) => {
      const { dilations: _, ...plain } = window(attributes);
      return g.add('AveragePool', inputs, { ...plain, count_include_pad: counted as number });
    },
  },
};

/**
 * Each element of a window receives an equal share of the window's gradient: the transposed convolution with
 * a kernel of ones.
 */
function averageGradient({ t, x, y, g, attributes }: Site): readonly (Id | undefined)[] {
  const [input, output] = [t.shape(x[0]!), t.shape(y)];
  const kernel = listOf(attributes, 'kernel');
  const strides = listOf(attributes, 'strides');
  const pads = listOf(attributes, 'pads');
  const [b, c, ...spatial] = input as [number, number, ...number[]];
  const positions = output.slice(2);
  const n = kernel.length;
  const share = t.times(g, windowShares({ t, attributes, spatial, positions }));
  // With `ceil`, positions beyond the padding are cut off; positions that no window reaches have no gradient.
  const reached = positions.map((count, i) => (count - 1) * strides[i]! + kernel[i]!);
  const ones = windowOfOnes(t, kernel);
  const apart = t.reshape(share, [b * c, 1, ...positions]);
  const spread = t.add('ConvTranspose', [apart, ones], {
    strides,
    dilations: range(n).map(() => 1),
    pads: range(2 * n).map(() => 0),
    group: 1,
    output: reached,
  });
  const fitted = spatial.reduce((rest, size, i) => {
    const [axis, start] = [i + 2, pads[i]!];
    const missing = start + size - reached[i]!;
    const before = range(2 * (n + 2)).map((at) => (at === axis + n + 2 ? Math.max(0, missing) : 0));
    const long = missing > 0 ? t.add('Pad', [rest], { pads: before }) : rest;
    const whole = start === 0 && t.shape(long)[axis] === size;
    return whole ? long : t.add('Slice', [long], { axis, start, end: start + size, step: 1 });
  }, spread);
  return [t.reshape(fitted, input)];
}

/** The kernel of a convolution of one channel that adds the elements of each window. */
export function windowOfOnes(t: Tape, kernel: readonly number[]): Id {
  t.checkRoom(sizeOf(kernel));
  return t.constant(new Float64Array(sizeOf(kernel)).fill(1), [1, 1, ...kernel]);
}

interface WindowSharesArguments {
  readonly t: Tape;
  /** Those of AveragePool. */
  readonly attributes: Site['attributes'];
  readonly spatial: readonly number[];
  readonly positions: readonly number[];
}

/** A constant [...positions]: 1 / the number of elements that the average over each window counts. */
export function windowShares({ t, attributes, spatial, positions }: WindowSharesArguments): Id {
  t.checkRoom(sizeOf(positions));
  const [kernel, strides, dilations, pads] = ['kernel', 'strides', 'dilations', 'pads'].map((name) =>
    listOf(attributes, name),
  ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const perAxis = positions.map((count, i) =>
    range(count).map((at) => {
      const from = at * strides[i]! - pads[i]!;
      const [first, last] = attributes.counted
        ? [-pads[i]!, spatial[i]! + pads[i + kernel.length]!]
        : [0, spatial[i]!];
      const before = Math.max(0, Math.ceil((first - from) / dilations[i]!));
      return Math.min(kernel[i]!, Math.ceil((last - from) / dilations[i]!)) - before;
    }),
  );
  const counts = perAxis.reduce<number[]>(
    (all, axis) => all.flatMap((product) => axis.map((count) => product * count)),
    [1],
  );
  return t.constant(
    counts.map((count) => 1 / count),
    positions,
  );
}
