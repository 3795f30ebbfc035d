// Defines virtual channels: the number of channels that operators which work by channel are given, a map's own or a fixed one.

import { channelsOf, positionsOf, type Shape } from '../../ir/shape.js';
import { MICROSOFT, NCHWC } from '../../onnx/domains.js';
import type { Dimension, GraphBuilder } from '../../onnx/graph.js';
import { MAP } from '../ports.js';
import { SIZES } from './open-sizes.js';

/**
 * A tensor as samples of its channels; `samples` where that form is there already: [b h w, c], with virtual channels [b, 1, c,
 * h w].
 */
export interface Samples {
  readonly value: string;
  readonly channels: number;
  readonly samples?: string;
}

/**
 * NCHWc operators that do something by channel name the number of channels. Virtual channels are the channels that such an
 * operator is given: a tensor's own in a program for one shape, or always the same number in a program for several shapes. A
 * value per channel is a vector of as many values as there are virtual channels.
 */
export interface VirtualChannels {
  count(shape: Shape | undefined): number;
  /** Declares that a result has the shape of all maps, in a program whose maps all have one shape. */
  declareMap(g: GraphBuilder, x: string): string;
  /** Reshapes a tensor [b, c, h, w] to virtual channels, [b, count, 1, positions]. */
  enter(g: GraphBuilder, x: string): string;
  /** Reshapes virtual channels back to [b, c, h, w]. */
  leave(g: GraphBuilder, x: string): string;
  /** Values by virtual channel as values by channel, [c / block, 1, block, 1 or block]. */
  byChannel(g: GraphBuilder, values: string): string;
  /** The number of runs into which the positions of one image are cut for sums; each run is summed by itself. */
  runs(shape: Shape | undefined): number;
  /** Reshapes a tensor [b, c, h, w] to [b, runs, 1, positions of a run]. */
  cut(g: GraphBuilder, x: string, shape: Shape | undefined): string;
  /** Means by channel over batch and positions, from the means of each run of each image. */
  mean(g: GraphBuilder, means: string, shape: Shape | undefined): string;
  /** Means by channel over batch and positions, from the sums of each run of each image. */
  meanOfSums(g: GraphBuilder, sums: string, shape: Shape | undefined): string;
  /** A tensor as samples [b h w, c]. */
  samples(g: GraphBuilder, x: Samples): string;
  /** Sums over samples of the products of channels, [c of a, c of b]; a `c` may be two dimensions. */
  products(g: GraphBuilder, a: Samples, b: Samples): string;
  /** Sums over samples by channel, [c]. */
  sums(g: GraphBuilder, x: Samples): string;
}

/** In a program for one shape, the virtual channels are the channels. Large maps are cut into `partsOf` runs for sums. */
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
    return reduceRuns(g, { reduce: 'ReduceMean', values: means, batch, parts, size });
  },
  meanOfSums: (g, sums, shape) => {
    const sum = reduceRuns(g, { reduce: 'ReduceSum', values: sums, batch, parts: partsOf(shape!), size });
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

interface RunValues {
  readonly reduce: 'ReduceMean' | 'ReduceSum';
  /** Values of runs, [b, channel blocks, runs, channels of a block]. */
  readonly values: string;
  readonly batch: number;
  readonly parts: number;
  readonly size: number;
}

/** Reduces values of runs to values by channel. */
function reduceRuns(g: GraphBuilder, { reduce, values, batch, parts, size }: RunValues): string {
  const over = (dims: number[], axes: number[]) =>
    g.add(reduce, [g.add('Reshape', [values, g.ints(...dims)]), g.ints(...axes)], { keepdims: 0 });
  if (parts === 1) return over([batch, -1], [0]);
  return g.add('Reshape', [over([batch, -1, parts, size], [0, 2]), g.ints(-1)]);
}

/** Maps of fewer positions are summed in one go. */
const LARGE = 2048;

/**
 * The number of runs into which the positions of a map are cut for sums: about the square root of the number of positions.
 * Operators add the positions of a channel one after the other, so that the rounding error grows with their number: without
 * runs, a whole network at 96 pixels deviates by half as much again.
 */
function partsOf(shape: Shape): number {
  const positions = positionsOf(shape);
  if (positions < LARGE) return 1;
  const root = Math.floor(Math.sqrt(positions));
  return Array.from({ length: root }, (_, i) => root - i).find((parts) => positions % parts === 0)!;
}

/** Dimensions of a tensor of virtual channels. */
export const virtualDims = ({ batch, count }: { batch: number; count: number }): readonly Dimension[] => [
  batch,
  count,
  1,
  'positions',
];

/**
 * In a program whose values all have the shape of `x`, whichever that is, the virtual channels are a fixed number that the
 * number of channels divides. A channel is then several virtual channels, each with an equal part of its positions.
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
