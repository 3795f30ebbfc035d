// Computes the proxy `fisher`.
import type { Measurement, Reals } from './measurement.js';
import { norm } from './sums.js';

/**
 * Sum over layers and channels of 1 / (2 N) sum_n (sum over positions of a dL/da)², where a [N, channels,
 * ...positions] is the layer's output with its bias and L the mean loss over the N images. Higher is better. Turner,
 * Crowley, O'Boyle, Storkey, Gray: BlockSwap, ICLR 2020, arXiv 1906.04113; as in Abdelfattah et al., ICLR
 * 2021.
 */
export function fisher({ layers, batch }: Measurement<Reals>): number {
  return layers.reduce((sum, { saliency }) => sum + norm(saliency!) ** 2 / (2 * batch), 0);
}
