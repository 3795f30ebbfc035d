// Fits weights of proxies to labels by ridge regression, as a plainer calibration whose weights a person can read.
import { Matrix, solve } from 'ml-matrix';
import type { Row } from './kernel-model.js';

/** Strength of the pull towards the weights that the search has, beside the number of labels. */
const RIDGE = 100;

/**
 * Weights of the standardized log ranks, at least 0: ridge regression of labels on the proxies, pulled towards `prior`.
 * A weight below 0 is set to 0, since each proxy is better where it is higher. Their sum is that of the prior.
 */
export function fitWeights({
  rows,
  labels,
  prior,
}: {
  readonly rows: readonly Row[];
  readonly labels: readonly number[];
  readonly prior: readonly number[];
}): readonly number[] {
  const x = new Matrix(rows.map(({ proxies }) => [...proxies]));
  const y = Matrix.columnVector([...labels]);
  const xt = x.transpose();
  const start = Matrix.columnVector([...prior]);
  const predicted = x.mmul(start);
  // The scale at which the prior comes nearest to the labels.
  const scale = Math.max(0, predicted.dot(y)) / Math.max(predicted.dot(predicted), 1e-12);
  const pulled = start.mul(scale);
  const rest = Matrix.sub(y, x.mmul(pulled));
  const ridged = Matrix.add(xt.mmul(x), Matrix.eye(prior.length).mul(RIDGE));
  const change = solve(ridged, xt.mmul(rest));
  const fitted = Matrix.add(pulled, change).to1DArray();
  const positive = fitted.map((weight) => Math.max(0, weight));
  const total = positive.reduce((sum, weight) => sum + weight, 0);
  const wanted = prior.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? positive.map((weight) => (weight * wanted) / total) : prior;
}
