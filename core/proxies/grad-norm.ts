// Computes the proxy `grad-norm`.
import type { Measurement, Reals } from './measurement.js';
import { norm } from './sums.js';

/**
 * Sum over layers of ||dL/dW||, the Euclidean norm of each layer's gradient [out, in, ...kernel] under the cross-entropy of one
 * batch. Higher is better. Abdelfattah, Mehrotra, Dudziak, Lane: Zero-Cost Proxies for Lightweight NAS, ICLR 2021,
 * arXiv 2101.08134.
 */
export function gradNorm({ layers }: Measurement<Reals>): number {
  return layers.reduce((sum, { gradients }) => sum + norm(gradients!), 0);
}
