// Computes the proxy `activations`.
import type { Measurement, Reals } from './measurement.js';

/**
 * The number of elements in the outputs of all convolutions and linear layers, for one image: a third measure
 * of size beside FLOPs and parameters. Higher is better. Radosavovic, Kosaraju, Girshick, He, Dollár:
 * Designing Network Design Spaces, CVPR 2020, arXiv 2003.13678.
 */
export function activations({ outputs }: Measurement<Reals>): number {
  return outputs;
}
