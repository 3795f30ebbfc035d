// Computes the proxy `synflow`.
import type { Measurement, Reals } from './measurement.js';
import { sum } from './sums.js';

/**
 * The logarithm of the sum over all weights of |W| dR/d|W|, elements of [out, in, ...kernel], where R is the
 * sum of the class scores for images of ones, with absolute weights and without normalization. The logarithm
 * is taken because the sum exceeds 1e60. Higher is better. Tanaka, Kunin, Yamins, Ganguli: SynFlow, NeurIPS
 * 2020, arXiv 2006.05467; as in Abdelfattah et al., ICLR 2021.
 */
export function synflow({ layers, flowScale }: Measurement<Reals>): number {
  const total = layers.reduce((flow, { flowProducts }) => flow + sum(flowProducts!), 0);
  return total === 0 ? Number.NEGATIVE_INFINITY : Math.log(total) + flowScale!;
}
