// Computes the inputs that tell a program for several shapes (an open program) which shape it runs with.
import { channelsOf, positionsOf, type Shape } from '../../ir/shape.js';

/** Names of the inputs that depend on the shape; see `openSizes`. */
export const SIZES = {
  map: 'size:map',
  blocks: 'size:blocks',
  first: 'size:first',
  mean: 'size:mean',
  sums: 'size:sums',
} as const;

interface OpenSizesArguments {
  readonly shape: Shape;
  readonly batch: number;
  /** The number of channels in a channel block. */
  readonly size: number;
  readonly count: number;
}

/**
 * Computes these inputs for a shape [b, c, h, w]: `map` is [b, c, h, w]; `blocks` is the dimensions in memory
 * [b, c / block, h w, block]; `first` is the first virtual channel of each channel, [c / block, 1, block,
 * block], where each index is repeated `block` times because multiplying by scalars takes several times as
 * long; `mean` and `sums` are matrices [count, count] that turn the virtual channels' means or sums, added up
 * over images, into values by channel.
 */
export function openSizes({ shape, batch, size, count }: OpenSizesArguments) {
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

/**
 * The number of virtual channels of most programs. It equals the number of channels of the widest maps that
 * are scored in large numbers.
 */
const COUNT = 64;

/**
 * The number of virtual channels of an open program for maps of this shape; undefined where the channels do
 * not fill whole channel blocks.
 */
export function virtualChannelCount({
  shape,
  size,
}: {
  readonly shape: Shape;
  readonly size: number;
}): number | undefined {
  const channels = channelsOf(shape);
  if (channels % size !== 0) return undefined;
  const parts = COUNT / channels;
  return Number.isInteger(parts) && positionsOf(shape) % parts === 0 ? COUNT : channels;
}
