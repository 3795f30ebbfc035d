// Defines virtual channels, which are the channels that ONNX Runtime's per-channel operators see: the map's
// own channels or a fixed number.

import { channelsOf, positionsOf, type Shape } from '../../ir/shape.js';
import { MICROSOFT, NCHWC } from '../../onnx/domains.js';
import type { Dimension, GraphBuilder } from '../../onnx/graph.js';
import { MAP } from '../ports.js';
import { SIZES } from './open-sizes.js';

/**
 * A tensor and, where it has been computed, its sample matrix: [b h w, c], or [b, 1, c, h w] with virtual
 * channels.
 */
export interface Samples {
  readonly value: string;
  readonly channels: number;
  readonly samples?: string;
}

/**
 * ONNX Runtime's per-channel NCHWc operators fix the number of channels in the graph. Virtual channels are
 * the channels that such an operator is given: a tensor's own channels in a program for one shape, and always
 * the same number in a program for several shapes. A value per channel is a vector with one element for each
 * virtual channel.
 */
export interface VirtualChannels {
  count(shape: Shape | undefined): number;
  /** Declares that a result has the common shape of all maps, in a program whose maps all have one shape. */
  declareMap(g: GraphBuilder, x: string): string;
  /** Reshapes a tensor [b, c, h, w] to virtual channels, [b, count, 1, positions]. */
  enter(g: GraphBuilder, x: string): string;
  /** Reshapes virtual channels back to [b, c, h, w]. */
  leave(g: GraphBuilder, x: string): string;
  /** Converts values by virtual channel to values by channel, [c / block, 1, block, 1 or block]. */
  byChannel(g: GraphBuilder, values: string): string;
  /**
   * The number of runs into which the positions of one image are split for sums. Each run is summed
   * separately.
   */
  runs(shape: Shape | undefined): number;
  /** Reshapes a tensor [b, c, h, w] to [b, runs, 1, positions of a run]. */
  cut(g: GraphBuilder, x: string, shape: Shape | undefined): string;
  /** Means by channel over batch and positions, computed from the means of each run of each image. */
  mean(g: GraphBuilder, means: string, shape: Shape | undefined): string;
  /** Means by channel over batch and positions, computed from the sums of each run of each image. */
  meanOfSums(g: GraphBuilder, sums: string, shape: Shape | undefined): string;
  /** The sample matrix [b h w, c] of a tensor. */
  samples(g: GraphBuilder, x: Samples): string;
  /**
   * Sums over samples of products of channels, [c of a, c of b]. With virtual channels each `c` takes two
   * dimensions.
   */
  products(g: GraphBuilder, a: Samples, b: Samples): string;
  /** Sums over samples by channel, [c]. */
  sums(g: GraphBuilder, x: Samples): string;
}

/**
 * Virtual channels of a program for one shape: they are the channels. Sums over large maps are split into
 * `partsOf` runs.
 */
export const ownChannels = ({
  batch,
  size,
}: {
  readonly batch: number;
  readonly size: number;
}): VirtualChannels => ({
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
  // One matrix product over all samples.
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
  /** Values by run, [b, channel blocks, runs, channels of a block]. */
  readonly values: string;
  readonly batch: number;
  readonly parts: number;
  readonly size: number;
}

/** Reduces values by run to values by channel. */
function reduceRuns(g: GraphBuilder, { reduce, values, batch, parts, size }: RunValues): string {
  const over = (dims: number[], axes: number[]) =>
    g.add(reduce, [g.add('Reshape', [values, g.ints(...dims)]), g.ints(...axes)], { keepdims: 0 });
  if (parts === 1) return over([batch, -1], [0]);
  return g.add('Reshape', [over([batch, -1, parts, size], [0, 2]), g.ints(-1)]);
}

/** Maps with fewer positions are summed in a single run. */
const LARGE = 2048;

/**
 * The number of runs into which the positions of a map are split for sums: about the square root of the
 * number of positions. ONNX Runtime's operators add the positions of a channel sequentially, so the rounding
 * error grows with the number of positions. Without runs, a whole network at 96 pixels deviates by half as
 * much again.
 */
function partsOf(shape: Shape): number {
  const positions = positionsOf(shape);
  if (positions < LARGE) return 1;
  const root = Math.floor(Math.sqrt(positions));
  return Array.from({ length: root }, (_, i) => root - i).find((parts) => positions % parts === 0)!;
}

/** The dimensions of a tensor in virtual channels, [batch, virtual channels, 1, positions]. */
export const virtualDims = ({
  batch,
  count,
}: {
  readonly batch: number;
  readonly count: number;
}): readonly Dimension[] => [batch, count, 1, 'positions'];

/**
 * Virtual channels of a program for several shapes, in which all values have the shape of `x`. Their number
 * is fixed and a multiple of the number of channels. A channel is split into several virtual channels, each
 * with an equal share of its positions.
 */
export function openChannels({
  batch,
  count,
}: {
  readonly batch: number;
  readonly count: number;
}): VirtualChannels {
  const entered = new Map<string, string>();
  const map = (g: GraphBuilder, x: string) => g.declare(x, MAP);
  const asVirtual = (g: GraphBuilder, x: string) => g.declare(x, virtualDims({ batch, count }));
  const enter = (g: GraphBuilder, x: string) =>
    entered.get(x) ?? asVirtual(g, g.add('Reshape', [x, g.ints(batch, count, 1, -1)]));
  // A matrix product replaces ReduceMean over [b, count, 1, 1], which takes several times as long.
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
    // All virtual channels of a channel hold the same value, so the first one is gathered.
    byChannel: (g, values) => g.add('Gather', [values, SIZES.first]),
    runs: () => count,
    cut: (g, x) => enter(g, x),
    mean: (g, means) => g.add('MatMul', [overImages(g, means), SIZES.mean]),
    meanOfSums: (g, sums) => g.add('MatMul', [overImages(g, sums), SIZES.sums]),
    samples: (g, x) =>
      g.add('Flatten', [g.add('Transpose', [blocksOf(g, x)], { perm: [0, 2, 1, 3] })], { axis: 2 }),
    // The products are taken by image and channel block, as these lie in memory, because gathering the
    // samples would copy the tensor.
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

/** A tensor as it lies in memory, [b, c / block, h w, block]. */
const blocksOf = (g: GraphBuilder, { value }: Samples): string => g.add('Reshape', [value, SIZES.blocks]);
