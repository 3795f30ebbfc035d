// Writes convolutions and average pooling as products and sums of slices. ONNX Runtime has kernels for these in float64 on
// the CPU, and none for convolutions and average pooling.
import { insertZeros, slice } from '../../ops/tensor/movement.js';
import { windowShares } from '../../ops/tensor/pooling.js';
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import { listOf, numberOf } from '../../ops/tensor/signature.js';
import type { Id, Tape, Value } from '../../ops/tensor/tape.js';

type Attributes = Value['attributes'];
/** Attributes and shape of the operation that is written out. */
type Written = Pick<Value, 'attributes' | 'shape'>;
type Sizes = readonly number[];

/** A grid of places in a map: `counts` places along each axis, `steps` apart. */
interface Grid {
  readonly counts: Sizes;
  readonly steps: Sizes;
}

/** The elements of a map that windows read: position p and element k of the kernel read the place p · strides + k · dilations - pads. */
interface Windows {
  readonly kernel: Grid;
  readonly positions: Grid;
  /** The zeros before each axis. */
  readonly before: Sizes;
  /** The sides of the map. */
  readonly sides: Sizes;
}

function windowsOf(
  attributes: Attributes,
  { kernel, positions, sides }: Readonly<Record<'kernel' | 'positions' | 'sides', Sizes>>,
): Windows {
  return {
    kernel: { counts: kernel, steps: listOf(attributes, 'dilations') },
    positions: { counts: positions, steps: listOf(attributes, 'strides') },
    before: listOf(attributes, 'pads').slice(0, sides.length),
    sides,
  };
}

/**
 * Y[b, o, p] = sum over c and k of W[o, c, k] x[b, c, p · strides + k · dilations - pads] as a product of W [o, c k] with
 * the elements that each position reads, [b, c k, p], in each group of channels.
 */
export function convolve(t: Tape, [x, weight]: readonly [Id, Id], { attributes, shape }: Written): Id {
  const group = numberOf(attributes, 'group');
  const [b, channels, ...sides] = t.shape(x) as [number, number, ...number[]];
  const [out, inner, ...kernel] = t.shape(weight) as [number, number, ...number[]];
  const positions = shape.slice(2);
  const taps = gather(t, x, windowsOf(attributes, { kernel, positions, sides }));
  const rows = inner * sizeOf(kernel);
  const columns = t.reshape(taps, [b, group, (channels / group) * sizeOf(kernel), sizeOf(positions)]);
  const product = t.add('MatMul', [t.reshape(weight, [group, out / group, rows]), columns]);
  return t.reshape(product, shape);
}

/** The transpose of a convolution: the product with Wᵀ, each element of which is added to the place that `convolve` reads. */
export function convolveBack(t: Tape, [x, weight]: readonly [Id, Id], { attributes, shape }: Written): Id {
  const group = numberOf(attributes, 'group');
  const [b, channels, ...positions] = t.shape(x) as [number, number, ...number[]];
  const [, inner, ...kernel] = t.shape(weight) as [number, number, ...number[]];
  const rows = t.reshape(weight, [group, channels / group, inner * sizeOf(kernel)]);
  const columns = t.reshape(x, [b, group, channels / group, sizeOf(positions)]);
  const product = t.add('MatMul', [t.transpose(rows, [0, 2, 1]), columns]);
  const taps = t.reshape(product, [b, group * inner, sizeOf(kernel), sizeOf(positions)]);
  return spread(t, taps, windowsOf(attributes, { kernel, positions, sides: shape.slice(2) }));
}

/** The mean over each window, of the elements that `attributes.counted` counts. */
export function averageWindows(t: Tape, x: Id, { attributes, shape }: Written): Id {
  const [sides, positions] = [t.shape(x).slice(2), shape.slice(2)];
  const taps = gather(
    t,
    x,
    windowsOf(attributes, { kernel: listOf(attributes, 'kernel'), positions, sides }),
  );
  const sums = t.reshape(t.reduce('ReduceSum', taps, [2]), shape);
  return t.times(sums, windowShares({ t, attributes, spatial: sides, positions }));
}

/** [b, c, elements of the kernel, positions] of a map [b, c, ...sides]. */
function gather(t: Tape, x: Id, windows: Windows): Id {
  const { kernel, positions } = windows;
  const [b, c] = t.shape(x) as [number, number];
  const { outer, inner, isExchanged } = orderOf(windows);
  const whole = padded(t, x, windows);
  const parts = placesOf(outer).map((starts) =>
    t.reshape(
      starts.reduce((rest, start, i) => {
        const [count, step] = [inner.counts[i]!, inner.steps[i]!];
        return slice(t, rest, { axis: i + 2, start, end: start + (count - 1) * step + 1, step });
      }, whole),
      [b, c, 1, sizeOf(inner.counts)],
    ),
  );
  const joined = parts.length === 1 ? parts[0]! : t.add('Concat', parts, { axis: 2 });
  const order = isExchanged ? t.transpose(joined, [0, 1, 3, 2]) : joined;
  return t.reshape(order, [b, c, sizeOf(kernel.counts), sizeOf(positions.counts)]);
}

/** The transpose of `gather`: adds each element to the place in the map from which `gather` takes it. */
function spread(t: Tape, taps: Id, windows: Windows): Id {
  const [b, c] = t.shape(taps) as [number, number];
  const { outer, inner, isExchanged } = orderOf(windows);
  const order = isExchanged ? t.transpose(taps, [0, 1, 3, 2]) : taps;
  const sides = extentOf(windows);
  const parts = placesOf(outer).map((starts, i) => {
    const part = t.reshape(slice(t, order, { axis: 2, start: i, end: i + 1, step: 1 }), [
      b,
      c,
      ...inner.counts,
    ]);
    const apart = inner.steps.reduce(
      (rest, step, axis) => insertZeros(t, rest, { axis: axis + 2, step }),
      part,
    );
    return fitted(t, apart, { starts, sides });
  });
  const sum = parts.reduce((total, part) => t.plus(total, part));
  return windows.sides.reduce((rest, side, i) => {
    const start = windows.before[i]!;
    return slice(t, rest, { axis: i + 2, start, end: start + side, step: 1 });
  }, sum);
}

/** One slice is taken for each place of the outer grid: that with fewer places. */
function orderOf({ kernel, positions }: Windows) {
  const isExchanged = sizeOf(positions.counts) < sizeOf(kernel.counts);
  return {
    isExchanged,
    ...(isExchanged ? { outer: positions, inner: kernel } : { outer: kernel, inner: positions }),
  };
}

/** The first place of each element of a grid, by axis. */
function placesOf({ counts, steps }: Grid): readonly Sizes[] {
  return counts.reduce<Sizes[]>(
    (places, count, i) => places.flatMap((place) => range(count).map((at) => [...place, at * steps[i]!])),
    [[]],
  );
}

/** The sides of a map that the windows and the map itself fit into, with the zeros before it. */
function extentOf({ kernel, positions, before, sides }: Windows): Sizes {
  const reach = ({ counts, steps }: Grid, i: number) => (counts[i]! - 1) * steps[i]!;
  return sides.map((side, i) => Math.max(before[i]! + side, reach(kernel, i) + reach(positions, i) + 1));
}

function padded(t: Tape, x: Id, windows: Windows): Id {
  return fitted(t, x, { starts: windows.before, sides: extentOf(windows) });
}

/** A map between zeros: `starts` zeros before each axis, and as many after it as `sides` needs; what is beyond is cut off. */
function fitted(t: Tape, x: Id, { starts, sides }: { readonly starts: Sizes; readonly sides: Sizes }): Id {
  const cut = sides.reduce((rest, side, i) => {
    const end = Math.min(t.shape(rest)[i + 2]!, side - starts[i]!);
    return slice(t, rest, { axis: i + 2, start: 0, end, step: 1 });
  }, x);
  const after = sides.map((side, i) => side - starts[i]! - t.shape(cut)[i + 2]!);
  if ([...starts, ...after].every((count) => count === 0)) return cut;
  return t.add('Pad', [cut], { pads: [0, 0, ...starts, 0, 0, ...after] });
}
