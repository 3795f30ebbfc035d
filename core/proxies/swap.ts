// Computes the proxy `swap`.
import type { Measurement, Reals } from './measurement.js';

/**
 * The number of distinct sample-wise activation patterns. The pattern of a unit is the bits that say for
 * which images it is active; units of all activation functions count. Higher is better. Peng, Song, Fayek,
 * Ciesielski, Chang: SWAP-NAS, ICLR 2024, arXiv 2403.04161; without the regularization by size.
 */
export function swap({ activations, batch }: Measurement<Reals>): number {
  const words = Math.ceil(batch / 24);
  const seen = new Set<number | string>();
  for (const { patterns } of activations) {
    const units = patterns!.length / words;
    for (let unit = 0; unit < units; unit++) {
      if (words === 1) seen.add(patterns![unit]!);
      // Two words form one exact integer below 2^48.
      else if (words === 2) seen.add(patterns![unit]! + patterns![units + unit]! * 2 ** 24);
      else seen.add(Array.from({ length: words }, (_, word) => patterns![word * units + unit]).join());
    }
  }
  return seen.size;
}
