// Computes the proxy `depth`.
import type { Measurement, Reals } from './measurement.js';

/**
 * The largest number of convolutions and linear layers on a path from the images to the class scores. Higher
 * is better.
 */
export function depth({ depth: layers }: Measurement<Reals>): number {
  return layers;
}
