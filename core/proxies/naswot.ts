// Computes the proxy `naswot`.
import type { Measurement, Reals } from './measurement.js';
import { symmetricEigenvalues } from './spectra/eigenvalues.js';

/**
 * log |det K|, where K [batch, batch] counts the units that are active for both images of a pair or for
 * neither. Units are the elements of all activation functions; functions that read the same input count
 * each, as modules do in the published code. Higher is better: the activation patterns distinguish all images. Minus infinity where two images
 * have the same pattern. Mellor, Turner, Storkey, Crowley: Neural Architecture Search without Training, ICML
 * 2021, arXiv 2006.04647.
 */
export function naswot({ agreement, batch }: Measurement<Reals>): number {
  return logDeterminant(agreement!, batch);
}

/** An eigenvalue below this share of the largest counts as a rounded zero. */
const ROUNDING = 1e-12;

/** log |det A| of a symmetric matrix [n, n]; minus infinity if the matrix is singular. */
function logDeterminant(a: ArrayLike<number>, n: number): number {
  const values = symmetricEigenvalues(a, n);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let sum = 0;
  for (const value of values)
    sum += Math.abs(value) < largest * ROUNDING ? Number.NEGATIVE_INFINITY : Math.log(Math.abs(value));
  return sum;
}
