// Defines batch normalization of maps and layer normalization of tokens, in training mode.
import {
  add,
  channelMean,
  mul,
  mulByChannel,
  pow,
  productMean,
  relu,
  sub,
  subByChannel,
} from './primitives.js';
import type { Rule, Site } from './rule.js';
import type { Value } from './tape.js';

/** The default epsilon of batch and layer normalization (docs/understand/method.md). */
export const EPSILON = 1e-5;

/**
 * Training-mode batch normalization without scale and shift (γ = 1, β = 0): y = r (x - m) with r = (variance
 * + epsilon)^-1/2, where the mean m and the biased variance are taken by channel over batch and positions.
 * settings: epsilon (default 1e-5); centred (1: the variance is mean((x - m)²), which costs one more pass
 * over memory; for networks so deep that the rounding of mean(x²) - m² accumulates).
 */
export const batchNorm: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: (site) => {
    const { mean, scale } = moments(site);
    return mulByChannel(subByChannel(site.inputs[0]!, mean), scale);
  },
  vjp: ({ y, dy, ...site }) => [batchNormGradient({ y, dy, scale: moments(site).scale })],
};

/** The mean m and the scale r = (variance + epsilon)^-1/2 of each channel. */
function moments({ inputs: [x], settings: { epsilon = EPSILON, centred } }: Site) {
  const mean = channelMean(x!);
  const variance = centred ? centredVariance(x!, mean) : uncentredVariance(x!, mean);
  return { mean, scale: pow(add(variance, epsilon), -0.5) };
}

/**
 * dx = r ((dy - y mean(dy y)) - mean(dy)), where r = (variance + epsilon)^-1/2 and means are taken by channel
 * over batch and positions.
 */
export function batchNormGradient({
  y,
  dy,
  scale,
}: {
  readonly y: Value;
  readonly dy: Value;
  readonly scale: Value;
}): Value {
  const along = mulByChannel(y, productMean(dy, y));
  return mulByChannel(subByChannel(sub(dy, along), channelMean(dy)), scale);
}

/** variance = mean(x²) - m², clamped at 0 because rounding may make it negative. */
const uncentredVariance = (x: Value, mean: Value): Value => relu(sub(productMean(x, x), mul(mean, mean)));

/** variance = mean((x - m)²). */
function centredVariance(x: Value, mean: Value): Value {
  const centred = subByChannel(x, mean);
  return productMean(centred, centred);
}

/**
 * Layer normalization over the channels of each token with biased variance: y = n w + b, n = r (x - m).
 * Weights: `slot` is w [channels], `slot.bias` is b [channels].
 */
export const layerNorm: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs, weight }) => normalizeTokens(inputs[0]!, weight(), weight('.bias'))[0],
  // dx = r (c - mean(c) - n mean(c n)), with c = dy w and means over channels.
  vjp: ({ inputs: [x], weight, dy }) => {
    const [, mean, inverse] = normalizeTokens(x!, weight(), weight('.bias'));
    const normal = mul(sub(x!, mean), inverse);
    const scaled = mul(dy, weight());
    const along = mul(normal, tokenMean(mul(scaled, normal)));
    return [mul(sub(sub(scaled, tokenMean(scaled)), along), inverse)];
  },
};

/** Applies ONNX's LayerNormalization: y, and the mean and the inverse standard deviation of each token. */
export function normalizeTokens(x: Value, weight: Value, bias: Value) {
  const attributes = { axis: -1, epsilon: { float: EPSILON }, results: 3 };
  const results = x.tape.onnxResults('LayerNormalization', [x, weight, bias], attributes);
  return results as [y: Value, mean: Value, inverse: Value];
}

const tokenMean = (x: Value): Value => x.tape.onnx('ReduceMean', [x, x.tape.ints(-1)], { keepdims: 1 });
