// Computes the proxy `l2-norm`.
import type { Measurement, Reals } from './measurement.js';
import { norm } from './sums.js';

/**
 * Sum over layers of ||W||, the Euclidean norm of each layer's weights [out, in, ...kernel]. Higher is better. A baseline of
 * NAS-Bench-Suite-Zero (Krishnakumar, White, Zela, Tu, Safari, Hutter, NeurIPS 2022, arXiv 2210.03230), which needs no pass.
 */
export function l2Norm({ layers }: Measurement<Reals>): number {
  return layers.reduce((sum, { weights }) => sum + norm(weights), 0);
}
