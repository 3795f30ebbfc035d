// Computes the proxy `meco`.
import type { Measurement, Reals } from './measurement.js';
import { symmetricEigenvalues } from './spectra/eigenvalues.js';

/**
 * Sum over layers of the smallest eigenvalue of the correlations [channels, channels] between the channels of
 * the layer's output for one image, over its positions; 0 where there are no more positions than channels. A
 * constant channel has correlation 0 with all others. Higher is better. Jiang, Wang, Bie: MeCo, NeurIPS 2023.
 */
export function meco({ layers }: Measurement<Reals>): number {
  return layers.reduce((sum, { covariance }) => sum + (covariance ? smallestEigenvalue(covariance) : 0), 0);
}

function smallestEigenvalue(covariance: Reals): number {
  const n = Math.round(Math.sqrt(covariance.length));
  const deviations = Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(0, covariance[i * n + i]!)));
  const correlations = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const scale = deviations[i]! * deviations[j]!;
      correlations[i * n + j] = scale > 0 ? covariance[i * n + j]! / scale : 0;
    }
  return symmetricEigenvalues(correlations, n).reduce((least, value) => Math.min(least, value), 1);
}
