// Computes the inputs by which a program for several shapes (an open program) learns the shape that it runs with.
import { channelsOf, positionsOf, type Shape } from '../../ir/shape.js';

/** Names of the inputs that depend on the shape; see `openSizes`. */
export const SIZES = {
  map: 'size:map',
  blocks: 'size:blocks',
  first: 'size:first',
  mean: 'size:mean',
  sums: 'size:sums',
} as const;

/**
 * The values of those inputs for a shape: `map`, [b, c, h, w]; `blocks`, the dimensions [b, c / block, h w, block] in memory;
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
