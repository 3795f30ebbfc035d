// Fits weights of proxies to labels by ridge regression. This calibration is simpler than the kernel model, and a person
// can read its weights.
import { Matrix, solve } from 'ml-matrix';
import type { Row } from './kernel-model.js';

/** The ridge that shrinks the weights towards those of the search, in units of labels. */
const RIDGE = 100;

/**
 * Fits weights w of the standardized log ranks X to labels y: minimizes |y - Xw|² + RIDGE |w - s prior|², where s fits
 * the prior to the labels. Negative weights become 0, because every proxy is defined so that higher is better. The
 * weights are scaled to the sum of the prior.
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
  // The factor s with the least |y - s X prior|, but not below 0.
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
