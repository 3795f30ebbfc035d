// Computes the four proxies of AZ-NAS (CVPR 2024, arXiv 2403.19232) from sums over the samples of features and blocks.
import { symmetricEigenvalues } from './spectra/eigenvalues.js';
import { largestSingularValue } from './spectra/singular-value.js';

/** Sums over the samples of a feature: `products` [c, c] of channel pairs, `sums` [c] of channels. */
export interface FeatureSums {
  readonly products: ArrayLike<number>;
  readonly sums: ArrayLike<number>;
  /** The number of samples: batch x height x width. */
  readonly samples: number;
}

/** Entropy of the normalized eigenvalues of a feature's covariance matrix; -Infinity for a dead feature or any NaN. */
export function featureExpressivity(feature: FeatureSums): number {
  return spectralEntropy(covarianceEigenvalues(feature));
}

/** Eigenvalues [c] of a feature's covariance matrix; empty for a feature with a single sample. */
export function covarianceEigenvalues({ products, sums, samples }: FeatureSums): Float64Array {
  // A single sample has no variance; a nonzero result would be rounding error.
  if (samples < 2) return new Float64Array(0);
  const c = sums.length;
  const covariance = new Float64Array(c * c);
  for (let i = 0; i < c; i++) {
    const mean = sums[i]! / samples;
    for (let j = 0; j <= i; j++)
      covariance[i * c + j] = products[i * c + j]! / samples - mean * (sums[j]! / samples);
  }
  return symmetricEigenvalues(covariance, c);
}

/** Sums over the channels of a feature with fewer samples than channels: `products` [n, n] of sample pairs. */
export interface GramSums {
  readonly products: ArrayLike<number>;
  readonly samples: number;
}

/**
 * Eigenvalues [n] of the centred Gram matrix [n, n] of n samples; empty for a feature with a single sample. After
 * the mean of every row and column is subtracted, they are n times those of the covariance matrix; the missing
 * ones are zeros, which add nothing to the entropy.
 */
export function gramEigenvalues({ products, samples: n }: GramSums): Float64Array {
  if (n < 2) return new Float64Array(0);
  const means = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += products[i * n + j]!;
    means[i] = sum / n;
  }
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  const centred = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) centred[i * n + j] = products[i * n + j]! - means[i]! - means[j]! + mean;
  return symmetricEigenvalues(centred, n);
}

/** `-Σ p log(p + 1e-8)`, where p are the eigenvalues, clamped at 0 and divided by their sum. */
export function spectralEntropy(eigenvalues: Float64Array): number {
  let total = 0;
  for (const value of eigenvalues) total += Math.max(0, value);
  if (!(total > 0)) return Number.NEGATIVE_INFINITY;
  let entropy = 0;
  for (const value of eigenvalues) {
    const p = Math.max(0, value) / total;
    entropy -= p * Math.log(p + 1e-8);
  }
  return orMinusInfinity(entropy);
}

/**
 * `(Σλ)² / Σλ²` over the eigenvalues λ, clamped at 0: the number of directions over which a feature spreads,
 * from 1 to the number of eigenvalues. -Infinity for a dead feature or any NaN. Gao et al. 2017, "A theory of
 * multineuronal dimensionality".
 */
export function participationRatio(eigenvalues: Float64Array): number {
  let total = 0;
  let squares = 0;
  for (const value of eigenvalues) {
    const positive = Math.max(0, value);
    total += positive;
    squares += positive ** 2;
  }
  return total > 0 && squares > 0 ? orMinusInfinity(total ** 2 / squares) : Number.NEGATIVE_INFINITY;
}

interface BlockTrainabilityArguments {
  readonly sums: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}

/** `2 - σ - 1 / (σ + 1e-6)`, where σ is the largest singular value of the matrix [rows, columns] of `sums / samples`. */
export function blockTrainability({ sums, rows, columns, samples }: BlockTrainabilityArguments): number {
  return trainabilityOfSigma(largestSingularValue(sums, rows, columns) / samples);
}

/** `2 - σ - 1 / (σ + 1e-6)`. */
export function trainabilityOfSigma(sigma: number): number {
  return orMinusInfinity(2 - sigma - 1 / (sigma + 1e-6));
}

/** Sum over the features. */
export function expressivity(features: readonly number[]): number {
  return orMinusInfinity(features.reduce((sum, e) => sum + e, 0));
}

/** Smallest step between consecutive features; -Infinity where a feature is dead (-Infinity). */
export function progressivity(features: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let l = 0; l + 1 < features.length; l++) {
    const step = features[l + 1]! - features[l]!;
    if (!Number.isFinite(step)) return Number.NEGATIVE_INFINITY;
    least = Math.min(least, step);
  }
  return least;
}

/** Mean over the blocks, without those that are null. */
export function trainability(blocks: readonly (number | null)[]): number {
  const counted = blocks.filter((t) => t !== null);
  return orMinusInfinity(counted.reduce((sum, t) => sum + t, 0) / counted.length);
}

function orMinusInfinity(value: number): number {
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}
