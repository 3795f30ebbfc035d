// Defines operations on values of one shape: the sum, and the constant zero for an output that no edge
// reaches.
import { mul, sum as sumOf } from './primitives.js';
import type { Rule } from './rule.js';

/** Sum of any number of inputs of the same shape. */
export const sum: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs }) => sumOf(inputs),
  vjp: ({ inputs, dy }) => inputs.map(() => dy),
};

/** A tensor of zeros with the input's shape. */
export const zero: Rule = {
  shape: ({ inputs }) => inputs[0]!,
  forward: ({ inputs }) => mul(inputs[0]!, 0),
  vjp: () => [undefined],
};
