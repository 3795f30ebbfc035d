// Operations that combine values of one shape: sums, and the zeros of an output that nothing reaches.
import { mul, sum as sumOf } from './primitives.js';
import type { Rule } from './rule.js';

/** Sum of any number of inputs of one shape. */
export const sum: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs }) => sumOf(inputs),
  vjp: ({ inputs, dy }) => inputs.map(() => dy),
};

/** Zeros of the input's shape. */
export const zero: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs }) => mul(inputs[0]!, 0),
  vjp: () => [undefined],
};
