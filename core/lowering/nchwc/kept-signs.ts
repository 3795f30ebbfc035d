// In: the signs of a block. Out: what its programs would work out of them again for each candidate, as inputs.
import { blockedActivation, type Reordering, whole } from './reordering.js';

/** Inputs of a program whose signs are those of many candidates (`Blocking.signs`), where it reads them. */
export const KEPT = {
  /** Mean over batch and positions, by lane (lanes.ts). */
  mean: 'v:mean',
  /** Vector-Jacobian product of the average pooling of 3 x 3 with stride 1, in blocked order. */
  pooled: 'v:pooled',
} as const;

/** Means of the channels of [b, c, h, w], each for as many lanes as its share of `lanes`. */
export const signMeans = (lanes: number): Reordering => ({
  name: `means ${lanes}`,
  dims: () => [lanes],
  write: (x, shape, block, out) => {
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const area = height * width;
    const means = new Float64Array(whole(channels, block));
    for (let row = 0; row < batch * channels; row++) {
      let sum = 0;
      for (let i = row * area; i < (row + 1) * area; i++) sum += x[i]!;
      means[row % channels]! += sum / (batch * area);
    }
    const run = (block * lanes) / means.length;
    for (let lane = 0; lane < lanes; lane++)
      out[lane] = means[Math.floor(lane / run) * block + (lane % block)]!;
  },
});

/** Positions beside the middle that the pooling averages. */
const REACH = 1;

/** The pooling averages the positions that are there; each of them gets its share of the sign back. */
export const pooledSigns: Reordering = {
  name: 'pooled',
  dims: blockedActivation.dims,
  write: (x, shape, block, out) => {
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const within = (i: number, size: number) => Math.min(i + REACH, size - 1) - Math.max(i - REACH, 0) + 1;
    const shares = Float32Array.from(
      { length: height * width },
      (_, i) => 1 / (within(Math.floor(i / width), height) * within(i % width, width)),
    );
    const pooled = new Float32Array(x.length);
    for (let map = 0; map < batch * channels; map++) {
      const given = x
        .subarray(map * height * width, (map + 1) * height * width)
        .map((sign, i) => sign * shares[i]!);
      const rows = summed(given, { count: height, length: width, step: 1, next: width });
      pooled.set(summed(rows, { count: width, length: height, step: width, next: 1 }), map * height * width);
    }
    blockedActivation.write(pooled, shape, block, out);
  },
};

/** Each number and its neighbours in its line, for `count` lines of `length` numbers. */
function summed(
  x: Float32Array,
  { count, length, step, next }: { count: number; length: number; step: number; next: number },
): Float32Array {
  const out = new Float32Array(x.length);
  for (let line = 0; line < count; line++)
    for (let i = 0, at = line * next; i < length; i++, at += step) {
      const before = i > 0 ? x[at - step]! : 0;
      const after = i < length - 1 ? x[at + step]! : 0;
      out[at] = before + x[at]! + after;
    }
  return out;
}
