// Computes the proxy `zico`.
import type { Measurement, Reals } from './measurement.js';

/**
 * Sum over layers of log(sum over weights of E|g| / sqrt(Var|g|)), with mean and variance of |dL/dW|,
 * elements of [out, in, ...kernel], over two batches. A weight whose gradient does not vary is left out, and
 * so is a layer of such weights alone; NaN where a gradient is not finite. Higher is better. Li, Yang, Bhardwaj,
 * Marculescu: ZiCo, ICLR 2023, arXiv 2301.11300.
 */
export function zico({ layers }: Measurement<Reals>): number {
  let score = 0;
  for (const { gradients, secondGradients } of layers) {
    let sum = 0;
    for (let i = 0; i < gradients!.length; i++) {
      const [a, b] = [Math.abs(gradients![i]!), Math.abs(secondGradients![i]!)];
      // The mean of two values is (a + b) / 2, and their standard deviation |a - b| / 2.
      if (a !== b || a === Number.POSITIVE_INFINITY) sum += (a + b) / Math.abs(a - b);
    }
    if (sum !== 0) score += Math.log(sum);
  }
  return score;
}
