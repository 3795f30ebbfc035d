// Writes batch normalization by row and channel in ONNX.
import { EPSILON } from '../../../ops/normalization.js';
import type { Kit, Size } from './kit.js';

/**
 * LayerNormalization outputs 1 / sqrt(variance + TINY). TINY keeps it finite and is too small to change a
 * variance to which EPSILON is added.
 */
const TINY = 1e-12;

/** Mean and biased variance over batch and positions, by row and channel: [rows * channels]. */
export interface Moments {
  readonly mean: string;
  readonly variance: string;
}

/**
 * Moments of several groups, each in channels form with `lengths` rows. The moments of each image and channel
 * are computed first, in one pass over memory. They are small, so the remaining steps are done for all groups
 * together.
 */
export function momentsOf(
  kit: Kit,
  {
    groups,
    lengths,
    size,
  }: { readonly groups: readonly string[]; readonly lengths: readonly number[]; readonly size: Size },
): readonly Moments[] {
  const { g } = kit;
  const images = groups.map((channels) => imageMoments(kit, channels, size));
  const means = kit.concat(
    images.map(({ mean }) => mean),
    1,
  );
  const squares = kit.concat(
    images.map(({ square }) => square),
    1,
  );
  const over = g.ints(0, 2, 3);
  const mean = g.add('ReduceMean', [means, over], { keepdims: 0 });
  const square = g.add('ReduceMean', [squaresOf(kit, { means, squares }), over], { keepdims: 0 });
  const variance = g.add('Relu', [g.add('Sub', [square, g.add('Mul', [mean, mean])])]);
  const sizes = lengths.map((rows) => rows * size.channels);
  const variances = kit.split(variance, sizes, 0);
  return kit.split(mean, sizes, 0).map((mean, i) => ({ mean, variance: variances[i]! }));
}

/**
 * Computes, by image and channel [batch, rows * channels, 1, 1], the mean, and the mean square or
 * (LayerNormalization) 1 / deviation.
 */
function imageMoments(kit: Kit, channels: string, { height, width }: Size): { mean: string; square: string } {
  const { g, dialect } = kit;
  if (dialect.moments === 'sums') {
    const over = g.ints(2, 3);
    const mean = g.add('ReduceMean', [channels, over], { keepdims: 1 });
    const square = g.add('ReduceMean', [g.add('Mul', [channels, channels]), over], { keepdims: 1 });
    return { mean, square };
  }
  const ones = kit.filled(1, height, width);
  const attributes = { axis: 2, epsilon: { float: TINY } };
  const [, mean, deviation] = g.addMany('LayerNormalization', [channels, ones], { attributes, results: 3 });
  return { mean: mean!, square: deviation! };
}

function squaresOf(
  { g, dialect }: Kit,
  { means, squares }: { readonly means: string; readonly squares: string },
): string {
  if (dialect.moments === 'sums') return squares;
  const variances = g.add('Reciprocal', [g.add('Mul', [squares, squares])]);
  return g.add('Add', [variances, g.add('Mul', [means, means])]);
}

export interface Normalization extends Moments {
  /** The tensor in channels form, [batch, count, h, w]. */
  readonly channels: string;
  /** The number of rows times channels. */
  readonly count: number;
}

/** `(x - mean) / sqrt(variance + EPSILON)`. */
export function normalize(kit: Kit, { channels, count, mean, variance }: Normalization): string {
  const [ones, zeros] = [kit.filled(1, count), kit.filled(0, count)];
  const attributes = { epsilon: { float: EPSILON } };
  return kit.g.add('BatchNormalization', [channels, ones, zeros, mean, variance], attributes);
}
