// Computes the proxy `snip`.
import type { Measurement, Reals } from './measurement.js';
import { absoluteDot } from './sums.js';

/**
 * Sum over all weights of |W dL/dW|, elements of [out, in, ...kernel]: an estimate of how much the loss
 * changes if connections are pruned. Higher is better. Lee, Ajanthan, Torr: SNIP, ICLR 2019, arXiv
 * 1810.02340; summed as in Abdelfattah et al., ICLR 2021.
 */
export function snip({ layers }: Measurement<Reals>): number {
  return layers.reduce((sum, { weights, gradients }) => sum + absoluteDot(weights, gradients!), 0);
}
