// Computes the proxy `jacov`.
import { rowCorrelations } from './correlations.js';
import type { Measurement, Reals } from './measurement.js';
import { symmetricEigenvalues } from './spectra/eigenvalues.js';

const K = 1e-5;

/**
 * -sum_i (log(s_i + k) + 1 / (s_i + k)), k = 1e-5, with s the eigenvalues of the correlations [batch, batch]
 * between the gradients of the summed class scores with respect to each image. Higher is better: the
 * gradients differ between images. Mellor, Turner, Storkey, Crowley: Neural Architecture Search without
 * Training, first version, arXiv 2006.04647v1.
 *
 * Where batch normalization comes directly before the mean over positions, with no activation between them, the
 * class scores summed over the batch are constant, so that the gradients are rounding errors. A space in which all
 * networks are such is refused: TransNAS-Bench-101, and custom spaces that end without an activation.
 */
export function jacov({ jacobian, batch }: Measurement<Reals>): number {
  let sum = 0;
  for (const value of symmetricEigenvalues(rowCorrelations(jacobian!, batch), batch)) {
    const s = Math.max(0, value) + K;
    sum += Math.log(s) + 1 / s;
  }
  return -sum;
}
