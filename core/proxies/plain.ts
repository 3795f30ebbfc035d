// Computes the proxy `plain`.
import type { Measurement, Reals } from './measurement.js';
import { sum } from './sums.js';

/**
 * Sum over all weights of W dL/dW, elements of [out, in, ...kernel]. Higher is better. A baseline of
 * NAS-Bench-Suite-Zero (Krishnakumar et al., NeurIPS 2022, arXiv 2210.03230). A layer in front of a
 * normalization contributes only rounding error, because the loss does not depend on the scale of its
 * weights.
 */
export function plain({ layers }: Measurement<Reals>): number {
  return layers.reduce((total, { products }) => total + sum(products!), 0);
}
