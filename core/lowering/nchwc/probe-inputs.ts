// Precomputes, once for each draw, what the programs of all candidates need of its Rademacher probe, and
// passes it to them as inputs.
import type { Value } from '../../ops/tape.js';
import { inputsOf, type Pass, rewrite } from '../passes/rewrite.js';
import { type Packing, packedActivation, roundUpToBlock } from './packing.js';

/**
 * The name of the Rademacher probe v among a program's inputs. It comes packed, and again as samples
 * (`sampleMatrix`, `probeRows`).
 */
export const PROBE = 'v';
export const SAMPLES = 'samples';

/**
 * Inputs of a program that are precomputed from a shared probe (`Blocking.probe`). A program has those that
 * it reads.
 */
export const PROBE_INPUTS = {
  /** Mean over batch and positions, by virtual channel. */
  mean: 'v:mean',
  /** Vector-Jacobian product of the probe through the 3 x 3 average pooling with stride 1, packed. */
  pooled: 'v:pooled',
} as const;

export const isProbe = ({ primitive, attributes }: Value): boolean =>
  primitive === 'input' && attributes.name === PROBE;

/** Replaces the mean of the probe, and its product through the 3 x 3 average pooling, by inputs. */
export const readProbeInputs: Pass = (outputs) =>
  rewrite(outputs, (value, { tape }) => {
    const [averaged] = inputsOf(value, 'channelMean') ?? [];
    if (averaged && isProbe(averaged)) return tape.input(PROBE_INPUTS.mean);
    return isPooledProbe(value) ? tape.input(PROBE_INPUTS.pooled, value.shape) : undefined;
  });

/** Whether a value is averagePoolGradient (core/ops/pooling.ts) with kernel 3, applied to the probe. */
function isPooledProbe(value: Value): boolean {
  const [shared] = inputsOf(value, 'averagePool') ?? [];
  if (!shared) return false;
  const { kernel, stride, padding } = value.attributes;
  const [dy, share] = inputsOf(shared, 'Mul') ?? [];
  const isGradient = kernel === 3 && stride === 1 && padding === 'counted';
  return isGradient && dy !== undefined && isProbe(dy) && share?.primitive === 'Reciprocal';
}

/** Means by channel of the probe [b, c, h, w], written for `count` virtual channels. */
export const probeMeans = (count: number): Packing => ({
  name: `means ${count}`,
  dims: () => [count],
  write: ({ x, shape, block, out }) => {
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const area = height * width;
    const means = new Float64Array(roundUpToBlock(channels, block));
    for (let row = 0; row < batch * channels; row++) {
      let sum = 0;
      for (let i = row * area; i < (row + 1) * area; i++) sum += x[i]!;
      means[row % channels]! += sum / (batch * area);
    }
    const run = (block * count) / means.length;
    for (let i = 0; i < count; i++) out[i] = means[Math.floor(i / run) * block + (i % block)]!;
  },
});

/** The pooling averages the positions up to this distance from the middle one. */
const REACH = 1;

/**
 * Computes the pooling's product with the probe. Each position receives dy / (number of positions averaged)
 * from every output that averaged it.
 */
export const pooledProbe: Packing = {
  name: 'pooled',
  dims: packedActivation.dims,
  write: ({ x, shape, block, out }) => {
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
      const rows = sumNeighbours(given, { count: height, length: width, step: 1, next: width });
      pooled.set(
        sumNeighbours(rows, { count: width, length: height, step: width, next: 1 }),
        map * height * width,
      );
    }
    packedActivation.write({ x: pooled, shape, block, out });
  },
};

interface SumNeighboursArguments {
  readonly count: number;
  readonly length: number;
  readonly step: number;
  readonly next: number;
}

/** Adds to each number its neighbours in the same line, for `count` lines of `length` numbers. */
function sumNeighbours(x: Float32Array, { count, length, step, next }: SumNeighboursArguments): Float32Array {
  const out = new Float32Array(x.length);
  for (let line = 0; line < count; line++)
    for (let i = 0, at = line * next; i < length; i++, at += step) {
      const before = i > 0 ? x[at - step]! : 0;
      const after = i < length - 1 ? x[at + step]! : 0;
      out[at] = before + x[at]! + after;
    }
  return out;
}
