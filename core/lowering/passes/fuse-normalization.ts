// Fuses batch normalization and its gradient into affine maps by channel, each of which is one pass over memory.
import { add, div, mul, mulByChannel, neg, productMean, reciprocal, sub } from '../../ops/primitives.js';
import type { Value } from '../../ops/tape.js';
import { affine } from './affine.js';
import { inputsOf, type Pass, type Rewriting, rewrite } from './rewrite.js';

/**
 * Batch normalization y = (x - m) r becomes r x - m r. Its gradient r ((dy - y mean(dy y)) - mean(dy))
 * becomes r s (x - m + (dy - mean(dy)) / s) with s = (m mean(dy) - mean(dy x)) / variance. This form reads x
 * instead of y, so y need not be written to memory on its own; and fold-factors.ts moves the factor r s into
 * the weight of the convolution whose output was normalized.
 */
export const fuseNormalization: Pass = (outputs) =>
  rewrite(outputs, (value, rewriting) => {
    const gradient = matchGradient(value);
    if (gradient) return fuseGradient(gradient, rewriting);
    const { at } = rewriting;
    const normalized = matchNormalized(value);
    if (normalized) {
      const [x, mean, scale] = [at(normalized.x), at(normalized.mean), at(normalized.scale)];
      return affine({ x, scale, shift: mul(neg(mean), scale) });
    }
    const centred = inputsOf(value, 'subByChannel');
    if (!centred) return undefined;
    const [x, mean] = [at(centred[0]!), at(centred[1]!)];
    return affine({ x, scale: add(mul(mean, 0), 1), shift: neg(mean) });
  });

interface Normalized {
  readonly x: Value;
  readonly mean: Value;
  readonly scale: Value;
}

/** Matches (x - mean) scale by channel. */
function matchNormalized(value: Value | undefined): Normalized | undefined {
  const [centred, scale] = inputsOf(value, 'mulByChannel') ?? [];
  const [x, mean] = inputsOf(centred, 'subByChannel') ?? [];
  return x && mean && scale ? { x, mean, scale } : undefined;
}

interface Gradient {
  readonly forward: Normalized;
  readonly dy: Value;
  readonly mean: Value;
  /** Variance plus epsilon, which is scale^-2. */
  readonly variance: Value;
}

/** Matches batchNormGradient of core/ops/normalization.ts. */
function matchGradient(value: Value): Gradient | undefined {
  const outer = matchNormalized(value);
  const [dy, along] = inputsOf(outer?.x, 'Sub') ?? [];
  const [y, moment] = inputsOf(along, 'mulByChannel') ?? [];
  const [a, b] = inputsOf(moment, 'productMean') ?? [];
  const [averaged] = inputsOf(outer?.mean, 'channelMean') ?? [];
  const forward = matchNormalized(y);
  const [variance] = inputsOf(forward?.scale, 'Pow') ?? [];
  const matches = dy && a === dy && b === y && averaged === dy && forward?.scale === outer?.scale;
  return matches && forward && variance ? { forward, dy, mean: outer!.mean, variance } : undefined;
}

/**
 * Added to s so that 1 / s stays finite where s is 0. The term dy / s times s is then still dy to within
 * rounding.
 */
const TINY = 1e-25;

function fuseGradient({ forward, ...gradient }: Gradient, { at }: Rewriting): Value {
  const [x, m, scale] = [at(forward.x), at(forward.mean), at(forward.scale)];
  const [dy, mean, variance] = [at(gradient.dy), at(gradient.mean), at(gradient.variance)];
  const moment = sub(mul(m, mean), productMean(dy, x));
  const slope = add(div(moment, variance), TINY);
  const inverse = reciprocal(slope);
  const shift = sub(neg(m), mul(inverse, mean));
  const unscaled = affine({ x: dy, scale: inverse, shift, addend: x, overwrites: 'addend' });
  return mulByChannel(unscaled, mul(scale, slope));
}
