// Defines the activation functions ReLU and GELU (the exact form) as operations of blocks.
import { add, erf, exp, mul, positive, relu as rectify } from './primitives.js';
import type { Rule } from './rule.js';
import type { Value } from './tape.js';

export const relu: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs }) => rectify(inputs[0]!),
  vjp: ({ y, dy }) => [mul(dy, positive(y))],
};

/** y = x Φ(x), where Φ is the cumulative distribution function of the standard normal distribution. */
export const gelu: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs: [x] }) => mul(x!, normalDistribution(x!)),
  // dx = dy (Φ(x) + x φ(x)), where φ(x) = exp(-x² / 2) / sqrt(2 π) is its density.
  vjp: ({ inputs: [x], dy }) => {
    const bell = exp(mul(mul(x!, x!), -0.5));
    const density = mul(mul(bell, x!), 1 / Math.sqrt(2 * Math.PI));
    return [mul(dy, add(normalDistribution(x!), density))];
  },
};

/** Φ(x) = (1 + erf(x / sqrt(2))) / 2. */
export const normalDistribution = (x: Value): Value => add(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5);
