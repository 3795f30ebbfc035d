// Says how many channels operators are told of that work by channel: a map's own, or a fixed number of virtual channels.

import { channelsOf, positionsOf, type Shape } from '../../ir/shape.js';
import { MICROSOFT, NCHWC } from '../../onnx/domains.js';
import type { Dimension, GraphBuilder } from '../../onnx/graph.js';

/** A tensor as samples of its channels; `samples` where that form is there already: [b h w, c], with virtual channels [b, 1, c, h w]. */
export interface Samples {
  readonly value: string;
  readonly channels: number;
  readonly samples?: string;
}

/**
 * NCHWc operators that do something by channel name the number of channels. Virtual channels are those that such an operator
 * is told of: a tensor's own in a program for one shape, or always the same number in a program for several shapes. A value
 * per channel is a vector of as many values as there are virtual channels.
 */
export interface VirtualChannels {
  count(shape: Shape | undefined): number;
  /** Says that a result has the shape of all maps, where there is but one. */
  declareMap(g: GraphBuilder, x: string): string;
  /** A tensor [b, c, h, w] as one of virtual channels, and the other way. */
  enter(g: GraphBuilder, x: string): string;
  leave(g: GraphBuilder, x: string): string;
  /** Values by virtual channel as values by channel, [c / block, 1, block, 1 or block]. */
  byChannel(g: GraphBuilder, values: string): string;
  /** How many runs of positions, summed one by one, a tensor has for its virtual channels. */
  runs(shape: Shape | undefined): number;
  /** A tensor [b, c, h, w] as [b, runs, 1, positions]. */
  cut(g: GraphBuilder, x: string, shape: Shape | undefined): string;
  /** Means over batch and positions of each channel from those of each run of each image, or from their sums. */
  mean(g: GraphBuilder, means: string, shape: Shape | undefined): string;
  meanOfSums(g: GraphBuilder, sums: string, shape: Shape | undefined): string;
  /** A tensor as samples [b h w, c]. */
  samples(g: GraphBuilder, x: Samples): string;
  /** Sums over samples of the products of channels, [c of a, c of b], and of channels, [c]; a `c` may be two dimensions. */
  products(g: GraphBuilder, a: Samples, b: Samples): string;
  sums(g: GraphBuilder, x: Samples): string;
}

/** In a program for one shape: the channels. Large maps are cut into `partsOf` runs for sums. */
export const ownChannels = ({ batch, size }: { batch: number; size: number }): VirtualChannels => ({
  count: (shape) => channelsOf(shape!),
  declareMap: (_, x) => x,
  enter: (_, x) => x,
  leave: (_, x) => x,
  byChannel: (g, values) => g.add('Reshape', [values, g.ints(-1, 1, size, 1)]),
  runs: (shape) => channelsOf(shape!) * partsOf(shape!),
  cut: (g, x, shape) => {
    const parts = partsOf(shape!);
    return parts === 1 ? x : g.add('Reshape', [x, g.ints(batch, channelsOf(shape!) * parts, 1, -1)]);
  },
  mean: (g, means, shape) => {
    const parts = partsOf(shape!);
    if (parts === 1) return g.add('ReduceMean', [means, g.ints(0, 2, 3)], { keepdims: 0 });
    return overRuns(g, 'ReduceMean', means, { batch, parts, size });
  },
  meanOfSums: (g, sums, shape) => {
    const sum = overRuns(g, 'ReduceSum', sums, { batch, parts: partsOf(shape!), size });
    return g.add('Mul', [sum, g.float(1 / (batch * positionsOf(shape!)))]);
  },
  samples: matrixOf,
  // One product over all samples at once.
  products: (g, a, b) => g.add(`FusedMatMul@${MICROSOFT}`, [matrixOf(g, a), matrixOf(g, b)], { transA: 1 }),
  sums: (g, x) => g.add('ReduceSum', [matrixOf(g, x), g.ints(0)], { keepdims: 0 }),
});

function matrixOf(g: GraphBuilder, { value, channels, samples }: Samples): string {
  if (samples !== undefined) return samples;
  const last = g.add(`ReorderOutput@${NCHWC}`, [value], { channels, channels_last: 1 });
  return g.add('Reshape', [last, g.ints(-1, channels)]);
}

type Reduce = 'ReduceMean' | 'ReduceSum';

/** Values of runs, which lie as [b, blocks of channels, runs, channels of a block], taken together by channel. */
function overRuns(
  g: GraphBuilder,
  reduce: Reduce,
  values: string,
  { batch, parts, size }: { batch: number; parts: number; size: number },
): string {
  const over = (dims: number[], axes: number[]) =>
    g.add(reduce, [g.add('Reshape', [values, g.ints(...dims)]), g.ints(...axes)], { keepdims: 0 });
  if (parts === 1) return over([batch, -1], [0]);
  return g.add('Reshape', [over([batch, -1, parts, size], [0, 2]), g.ints(-1)]);
}

/** Maps of fewer positions are summed in one go. */
const LARGE = 2048;

/**
 * Into how many runs the positions of a map are cut for sums: about the square root of their number. Operators add the
 * positions of a channel one after the other, so rounding grows with it: by half the deviation of a whole network at 96 pixels.
 */
function partsOf(shape: Shape): number {
  const positions = positionsOf(shape);
  if (positions < LARGE) return 1;
  const root = Math.floor(Math.sqrt(positions));
  return Array.from({ length: root }, (_, i) => root - i).find((parts) => positions % parts === 0)!;
}

/** Dimensions of a map where they are open. */
export const MAP: readonly Dimension[] = ['b', 'c', 'h', 'w'];

/** Inputs of an open program: what depends on the shape, see `openSizes`. */
export const SIZES = {
  map: 'size:map',
  blocks: 'size:blocks',
  first: 'size:lanes',
  mean: 'size:mean',
  sums: 'size:sums',
} as const;

/** Dimensions of a tensor of virtual channels. */
export const virtualDims = ({ batch, count }: { batch: number; count: number }): readonly Dimension[] => [
  batch,
  count,
  1,
  'positions',
];

/**
 * In a program whose values all have the shape of `x`, whichever that is: a number that the channels divide. The positions
 * of a channel are then several virtual channels of equal length, one after the other.
 */
export function openChannels({ batch, count }: { batch: number; count: number }): VirtualChannels {
  const entered = new Map<string, string>();
  const map = (g: GraphBuilder, x: string) => g.declare(x, MAP);
  const asVirtual = (g: GraphBuilder, x: string) => g.declare(x, virtualDims({ batch, count }));
  const enter = (g: GraphBuilder, x: string) =>
    entered.get(x) ?? asVirtual(g, g.add('Reshape', [x, g.ints(batch, count, 1, -1)]));
  // ReduceMean over [b, count, 1, 1] takes several times as long.
  const overImages = (g: GraphBuilder, values: string) =>
    g.add('ReduceSum', [g.add('Reshape', [values, g.ints(batch, count)]), g.ints(0)], { keepdims: 0 });
  return {
    count: () => count,
    declareMap: map,
    enter,
    leave: (g, virtual) => {
      const x = map(g, g.add('Reshape', [asVirtual(g, virtual), SIZES.map]));
      entered.set(x, virtual);
      return x;
    },
    // The virtual channels of one channel have one value.
    byChannel: (g, values) => g.add('Gather', [values, SIZES.first]),
    runs: () => count,
    cut: (g, x) => enter(g, x),
    mean: (g, means) => g.add('MatMul', [overImages(g, means), SIZES.mean]),
    meanOfSums: (g, sums) => g.add('MatMul', [overImages(g, sums), SIZES.sums]),
    samples: (g, x) =>
      g.add('Flatten', [g.add('Transpose', [blocksOf(g, x)], { perm: [0, 2, 1, 3] })], { axis: 2 }),
    // By image and block of channels, as they lie in memory: gathering the samples would copy the tensor.
    products: (g, a, b) => {
      const sum = (products: string) => g.add('ReduceSum', [products, g.ints(0)], { keepdims: 0 });
      if (b.samples !== undefined) {
        const byBlock = sum(g.add('MatMul', [b.samples, blocksOf(g, a)]));
        return g.add('Transpose', [byBlock], { perm: [0, 2, 1] });
      }
      const rows = g.add('Unsqueeze', [blocksOf(g, a), g.ints(2)]);
      const columns = g.add('Unsqueeze', [blocksOf(g, b), g.ints(1)]);
      const byBlocks = sum(g.add(`FusedMatMul@${MICROSOFT}`, [rows, columns], { transA: 1 }));
      return g.add('Transpose', [byBlocks], { perm: [0, 2, 1, 3] });
    },
    sums: (g, x) => {
      const byImage = g.add('ReduceSum', [blocksOf(g, x), g.ints(2)], { keepdims: 0 });
      return g.add('ReduceSum', [byImage, g.ints(0)], { keepdims: 0 });
    },
  };
}

/** [b, c / block, h w, block], as a tensor lies in memory. */
const blocksOf = (g: GraphBuilder, { value }: Samples): string => g.add('Reshape', [value, SIZES.blocks]);

/**
 * What an open program is told of a shape: `map`, [b, c, h, w]; `blocks`, the dimensions [b, c / block, h w, block] in memory;
 * `first`, the first virtual channel of each channel, [c / block, 1, block, block], each as often as a block has channels,
 * since multiplying by single numbers takes several times as long; and the matrices [count, count] that make values of
 * channels from sums over images of the virtual channels' means (`mean`) and sums (`sums`).
 */
export function openSizes({
  shape,
  batch,
  size,
  count,
}: {
  shape: Shape;
  batch: number;
  /** Channels in a block. */
  size: number;
  count: number;
}) {
  const channels = channelsOf(shape);
  const parts = count / channels;
  const same = (i: number, j: number) =>
    i % size === j % size && Math.floor(i / (size * parts)) === Math.floor(j / (size * parts));
  const mixing = (share: number) =>
    Float32Array.from({ length: count ** 2 }, (_, at) =>
      same(Math.floor(at / count), at % count) ? share : 0,
    );
  return {
    map: [batch, ...shape],
    blocks: [batch, channels / size, positionsOf(shape), size],
    first: Array.from({ length: channels * size }, (_, at) => {
      const i = Math.floor(at / size);
      return Math.floor(i / size) * parts * size + (i % size);
    }),
    mean: mixing(1 / (batch * parts)),
    sums: mixing(1 / (batch * positionsOf(shape))),
  };
}

/** Virtual channels of most programs: as many channels as the widest maps have that are scored by the thousand. */
const COUNT = 64;

/** How many virtual channels an open program has for maps of this shape; `undefined` where channels do not fill whole blocks. */
export function virtualChannelCount({ shape, size }: { shape: Shape; size: number }): number | undefined {
  const channels = channelsOf(shape);
  if (channels % size !== 0) return undefined;
  const parts = COUNT / channels;
  return Number.isInteger(parts) && positionsOf(shape) % parts === 0 ? COUNT : channels;
}
