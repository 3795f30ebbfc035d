// Defines one-node networks of scaled dot product attention.
import { type CaseInput, float, type OperatorCase, weight } from './operator-case.js';

const op = 'Attention';
const opset = 23;
/** Of 2 images, 4 heads, 5 queries and 3 channels. */
const x = [2, 4, 5, 3];
const flat = [2, 5, 12];
const keys = [weight(2, 4, 6, 3), weight(2, 4, 6, 2)];

/** Keys that each query may read; every query may read the first. */
const SOME: CaseInput = {
  bools: Array.from({ length: 30 }, (_, i) => Number(i % 6 === 0 || i % 4 > 1)),
  dims: [5, 6],
};

export const ATTENTION_CASES: readonly OperatorCase[] = [
  { op, x, inputs: keys, opset },
  { op, x, inputs: keys, attributes: { scale: float(0.3) }, opset },
  { op, x, inputs: keys, attributes: { softcap: float(1.5) }, opset },
  // A mask for every head, every image, or none in particular.
  { op, x, inputs: [...keys, weight(5, 6)], opset },
  { op, x, inputs: [...keys, weight(2, 1, 5, 6)], opset },
  { op, x, inputs: [...keys, weight(4, 5, 6)], opset },
  { op, x, inputs: [...keys, SOME], opset },
  { op, x, inputs: [...keys, weight(2, 4, 5, 6)], attributes: { softcap: float(1.5) }, opset },
  { op, x, inputs: [weight(2, 4, 5, 3), weight(2, 4, 5, 2)], attributes: { is_causal: 1 }, opset },
  { op, x, inputs: keys, attributes: { is_causal: 1 }, opset },
  {
    op,
    x,
    inputs: [...keys, SOME],
    attributes: { is_causal: 1 },
    opset,
  },
  { op, x, inputs: keys, attributes: { left_window_size: 1, right_window_size: 2 }, opset: 26 },
  {
    op,
    x,
    inputs: [weight(2, 4, 5, 3), weight(2, 4, 5, 2)],
    attributes: { left_window_size: 1, is_causal: 1 },
    opset: 26,
  },
  // Two heads of queries for each head of keys.
  { op, x, inputs: [weight(2, 2, 6, 3), weight(2, 2, 6, 2)], opset },
  ...[4, 2].map(
    (heads): OperatorCase => ({
      op,
      x: flat,
      inputs: [weight(2, 6, 3 * heads), weight(2, 6, 2 * heads)],
      attributes: { q_num_heads: 4, kv_num_heads: heads },
      opset,
    }),
  ),
];
