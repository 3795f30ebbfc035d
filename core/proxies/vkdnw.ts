// Computes the proxy `vkdnw`.
import type { Measurement, Reals } from './measurement.js';
import { symmetricEigenvalues } from './spectra/eigenvalues.js';
import { dot } from './sums.js';

/**
 * Number of layers - sum_k q_k log q_k, with q_k = l_k / sum_j l_j, where l_1 to l_9 are the deciles of the
 * eigenvalues of the empirical Fisher information [layers, layers], 1/N sum_n J_n^T (diag p_n - p_n p_n^T)
 * J_n. Here p_n are the class probabilities of image n, and J_n [classes, layers] the derivatives of its
 * class scores with respect to one weight of each layer, or of 128 layers that are spread evenly over the network
 * if it has more. Of more than 16 classes, 16 are drawn for each image from p_n, and the mean over these of
 * (J_n^T (e_c - p_n)) (J_n^T (e_c - p_n))^T, with e_c the unit vector of class c, estimates the product. Higher is better. Tybl, Neumann: Training-free Neural Architecture Search through Variance of
 * Knowledge of Deep Network Weights, CVPR 2025, arXiv 2502.04975.
 */
export function vkdnw({ layers, fisherRows }: Measurement<Reals>): number {
  const columns = fisherRows![0]?.length ?? 0;
  if (columns === 0) return layers.length;
  const information = new Float64Array(columns * columns);
  const transposed = Array.from({ length: columns }, (_, i) =>
    Float64Array.from(fisherRows!, (row) => row[i]!),
  );
  for (let i = 0; i < columns; i++)
    for (let j = 0; j <= i; j++)
      information[i * columns + j] = information[j * columns + i] = dot(transposed[i]!, transposed[j]!);
  const sorted = symmetricEigenvalues(information, columns)
    .map((value) => Math.max(0, value))
    .sort();
  const deciles = Array.from({ length: 9 }, (_, k) => quantile(sorted, (k + 1) / 10));
  const total = deciles.reduce((sum, value) => sum + value, 0);
  if (total === 0) return layers.length;
  const entropy = deciles.reduce((sum, value) => {
    const q = value / total;
    return q === 0 ? sum : sum - q * Math.log(q);
  }, 0);
  return layers.length + entropy;
}

/** Interpolates linearly between the two neighbours, as NumPy does. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (place - low) * (b - a);
}
