// Computes the proxy `near`.
import type { Measurement, Reals } from './measurement.js';
import { symmetricEigenvalues } from './spectra/eigenvalues.js';

/**
 * Sum over activation functions of the effective ranks of their input and of their output, matrices [samples,
 * channels] with all positions of all images as samples (the paper samples a square part). Effective rank:
 * exp(-sum_i p_i log p_i), with p the singular values over their sum. Higher is better. Husistein, Reiher,
 * Eckhoff: NEAR, ICLR 2025, arXiv 2408.08776; effective rank: Roy and Vetterli 2007.
 */
export function near({ activations }: Measurement<Reals>): number {
  // Functions of the same input share their matrices.
  const known = new Map<Reals, number>();
  const rankOf = (gram: Reals) => {
    const rank = known.get(gram) ?? effectiveRank(gram);
    known.set(gram, rank);
    return rank;
  };
  return activations.reduce((sum, { before, after }) => sum + rankOf(before!) + rankOf(after!), 0);
}

/**
 * The effective rank of a matrix X from its Gram matrix, whose eigenvalues are the squares of the singular
 * values; 0 for a zero matrix, NaN for one that is not finite.
 */
function effectiveRank(gram: Reals): number {
  const singular = symmetricEigenvalues(gram, Math.round(Math.sqrt(gram.length))).map((value) =>
    Math.sqrt(Math.max(0, value)),
  );
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  let entropy = 0;
  for (const value of singular) if (value !== 0) entropy -= (value / total) * Math.log(value / total);
  return Math.exp(entropy);
}
