// Draws bootstrap resamples from a key, and computes intervals from the values measured on them.
import type { RandomKey } from '../random/random.js';
import { randomStream } from '../random/random-stream.js';

/**
 * Draws `count` resamples, each of n indices from 0 to n - 1 with replacement. They depend on the key alone.
 */
export function resamples({
  n,
  count,
  key,
}: {
  readonly n: number;
  readonly count: number;
  readonly key: RandomKey;
}): readonly Uint32Array[] {
  const stream = randomStream(key);
  return Array.from({ length: count }, () => Uint32Array.from({ length: n }, () => stream.below(n)));
}

/** The lower and the upper end; null if no finite value was measured. */
export type Interval = readonly [number, number] | null;

/** The 2.5 % and 97.5 % quantiles of the values measured on the resamples, without NaN. */
export function intervalOf(measured: readonly number[]): Interval {
  const sorted = measured.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? null : [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** Interpolates linearly between the two nearest values. `sorted` is ascending and not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}
