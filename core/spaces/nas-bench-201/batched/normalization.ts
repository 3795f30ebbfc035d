// In: rows of a stack. Out: their batch normalization by row and channel, and its gradient, in ONNX.
import type { Kit, Size } from './kit.js';

/** Batch normalization's epsilon (method.md). */
const EPSILON = 1e-5;
/** Far below EPSILON, far above zero: variances come out of LayerNormalization as 1 / sqrt(variance + TINY). */
const TINY = 1e-12;

/** Of some rows: mean and biased variance over batch and positions by row and channel, [rows * channels]. */
export interface Moments {
  readonly mean: string;
  readonly variance: string;
}

/**
 * Moments of several groups, each in channels form with `lengths` rows. Those of an image and channel come first, from
 * one pass over memory; what is left is small, and done for all groups together.
 */
export function momentsOf(
  kit: Kit,
  { groups, lengths, size }: { groups: readonly string[]; lengths: readonly number[]; size: Size },
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

/** By image and channel, [batch, rows * channels, 1, 1]: the mean, and the mean square or, of LayerNormalization, 1 / deviation. */
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
  const [, mean, deviation] = g.addMany('LayerNormalization', [channels, ones], attributes, 3);
  return { mean: mean!, square: deviation! };
}

function squaresOf({ g, dialect }: Kit, { means, squares }: { means: string; squares: string }): string {
  if (dialect.moments === 'sums') return squares;
  const variances = g.add('Reciprocal', [g.add('Mul', [squares, squares])]);
  return g.add('Add', [variances, g.add('Mul', [means, means])]);
}

/** `(x - mean) / sqrt(variance + EPSILON)` of channels, `count` rows times channels. */
export function normalize(kit: Kit, channels: string, count: number, { mean, variance }: Moments): string {
  const [ones, zeros] = [kit.filled(1, count), kit.filled(0, count)];
  const attributes = { epsilon: { float: EPSILON } };
  return kit.g.add('BatchNormalization', [channels, ones, zeros, mean, variance], attributes);
}

/**
 * Gradient of batch normalization, channels form: r (dy - mean(dy) - y mean(dy y)), r the forward scale. Its last step is
 * a normalization again. `gradient` is rows, or one row for all of them whose `mean` is zero.
 */
export function normalizeGradient(
  kit: Kit,
  {
    gradient,
    normalized,
    variance,
    mean,
    rows,
    size,
  }: {
    gradient: string;
    normalized: string;
    variance: string;
    mean: 'zero' | 'any';
    rows: number;
    size: Size;
  },
): string {
  const { g } = kit;
  const along = kit.rowMean(g.add('Mul', [normalized, gradient]));
  const rest = g.add('Sub', [gradient, g.add('Mul', [normalized, along])]);
  const count = rows * size.channels;
  const shift = mean === 'zero' ? kit.filled(0, count) : kit.reshape(kit.rowMean(gradient), count);
  return normalize(kit, kit.channels(rest, rows, size), count, { mean: shift, variance });
}
