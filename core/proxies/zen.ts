// Computes the proxy `zen`.
import type { Measurement, Reals } from './measurement.js';

/**
 * log E||f(x) - f(x + 0.01 e)|| + sum over normalizations of log sqrt(mean over channels of the variance),
 * where f is what the mean over positions reads [channels, height, width], after every normalization, x are images, e is
 * standard normal, and the expectation is the mean over the batch. The second term undoes the scaling by
 * normalizations. Residual connections stay; the paper removes them. Higher is better. Lin, Wang, Sun, Chen,
 * Sun, Qian, Li, Jin: Zen-NAS, ICCV 2021, arXiv 2102.01063.
 */
export function zen({ distances, variances }: Measurement<Reals>): number {
  const mean = distances!.reduce((sum, value) => sum + value, 0) / distances!.length;
  return variances!.reduce((sum, variance) => sum + 0.5 * Math.log(variance), Math.log(mean));
}
