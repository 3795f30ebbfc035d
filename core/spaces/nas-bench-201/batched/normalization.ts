// Writes batch normalization by row and channel, and its gradient, in ONNX.
import type { Kit, Size } from './kit.js';

/** Batch normalization's epsilon (method.md). */
const EPSILON = 1e-5;
/** LayerNormalization answers 1 / sqrt(variance + TINY). TINY keeps that finite, and is too small to change a variance beside EPSILON. */
const TINY = 1e-12;

/** Mean and biased variance over batch and positions, by row and channel: [rows * channels]. */
export interface Moments {
  readonly mean: string;
  readonly variance: string;
}

/**
 * Moments of several groups, each in channels form with `lengths` rows. The moments of each image and channel are computed
 * first, in one pass over memory. They are small, so that the rest is done for all groups together.
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
 * The gradient of batch normalization, in channels form: r (dy - mean(dy) - y mean(dy y)), where r = 1 / sqrt(variance +
 * EPSILON) is the scale of the forward pass. Its last step has the form of a normalization, and is written as one.
 * `gradient` has all rows, or a single row for all of them whose `mean` is zero.
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
