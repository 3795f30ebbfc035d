// Computes the proxy `spatial-depth`.
import type { Measurement, Reals } from './measurement.js';

/**
 * The largest number of convolutions with kernels of more than one position on a path from the images to the
 * class scores: depth without the layers that mix only channels. Higher is better. No published source.
 */
export function spatialDepth({ spatialDepth: convolutions }: Measurement<Reals>): number {
  return convolutions;
}
