// Computes the proxy `grasp`.
import type { Measurement, Reals } from './measurement.js';
import { sum } from './sums.js';

/**
 * Minus the sum over all weights of W (H g), elements of [out, in, ...kernel], with g the gradient of the
 * loss in all weights and H its Hessian. It estimates how much pruning connections would reduce the gradient
 * flow. H is symmetric, so that this is minus the sum of g (H W), which needs one pass less. H W is exact: a
 * gradient of the gradient. Higher is better. Wang, Zhang,
 * Grosse: GraSP, ICLR 2020, arXiv 2002.07376; summed as in Abdelfattah et al., ICLR 2021.
 */
export function grasp({ layers }: Measurement<Reals>): number {
  return -layers.reduce((total, { curvature }) => total + sum(curvature!), 0);
}
