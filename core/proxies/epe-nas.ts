// Computes the proxy `epe-nas`.
import { rowCorrelations } from './correlations.js';
import type { Measurement, Reals } from './measurement.js';

const K = 1e-5;
/** With more classes than this, the proxy compares the classes with each other. */
const MOST_CLASSES = 100;

/**
 * Let J_c be the gradients [images of class c, values of an image] of the summed class scores, and E_c =
 * sum_ij log(|corr(J_c)_ij| + k) with k = 1e-5. Up to 100 classes: sum_c |E_c|. More classes: sum_cd |E_c /
 * n_c - E_d / n_d|, with n_c the images of class c, divided by the number of classes that occur. Higher is
 * better. A gradient that is the same for every value of an image has no correlation: a network with one, such as a
 * network without a signal, has -Infinity. Lopes, Alirezazadeh, Alexandre: EPE-NAS, ICANN 2021, arXiv 2102.08099.
 *
 * Where batch normalization comes directly before the mean over positions, with no activation between them, the
 * class scores summed over the batch are constant, so that the gradients are rounding errors. A space in which all
 * networks are such is refused: TransNAS-Bench-101, and custom spaces that end without an activation.
 */
export function epeNas({ jacobian, labels, batch, classes }: Measurement<Reals>): number {
  const width = jacobian!.length / batch;
  const gradientOf = (image: number) => jacobian!.subarray(image * width, (image + 1) * width);
  const isConstant = (gradient: Reals) => gradient.every((value) => value === gradient[0]);
  if (Array.from(labels.keys()).some((image) => isConstant(gradientOf(image))))
    return Number.NEGATIVE_INFINITY;
  const evaluations: number[] = [];
  for (const label of new Set(labels)) {
    const images = Array.from(labels.keys()).filter((image) => labels[image] === label);
    const rows = new Float64Array(images.length * width);
    images.forEach((image, i) => {
      rows.set(gradientOf(image), i * width);
    });
    let sum = 0;
    for (const value of rowCorrelations(rows, images.length)) sum += Math.log(Math.abs(value) + K);
    evaluations.push(classes > MOST_CLASSES ? sum / images.length : sum);
  }
  if (classes <= MOST_CLASSES) return evaluations.reduce((sum, value) => sum + Math.abs(value), 0);
  let sum = 0;
  for (const a of evaluations) for (const b of evaluations) sum += Math.abs(a - b);
  return sum / evaluations.length;
}
