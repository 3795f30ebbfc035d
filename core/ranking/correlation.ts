// Computes Kendall's tau-b and Spearman's rho of two columns in O(n log n), with ties.
import { ascendingRanks } from './ranks.js';

/**
 * Kendall's tau-b: (C - D) / sqrt((n0 - n1)(n0 - n2)), where C and D are the concordant and discordant
 * pairs, n0 = n(n-1)/2 all pairs, n1 and n2 the pairs tied in x and in y. D is counted as the exchanges of a merge sort (Knight,
 * JASA 61, 1966). Infinities are ordinary values, NaN counts as -Infinity. The result is NaN where a column is constant. Throws
 * a RangeError for columns of unequal length or with fewer than two values.
 */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = checkLengths(x, y);
  const rx = ascendingRanks(x);
  const ry = ascendingRanks(y);
  // Twice a rank is a whole number up to 2n, so that (2 rx)(2n + 1) + 2 ry holds both exactly and sorts by x, then by y.
  const base = 2 * n + 1;
  const keys = rx.map((rank, i) => 2 * rank * base + 2 * ry[i]!).sort();
  const pairs = (n * (n - 1)) / 2;
  const xOf = (at: number) => Math.floor(keys[at]! / base);
  const tiedX = tiedPairs({ n, equal: (at) => xOf(at) === xOf(at - 1) });
  const tiedBoth = tiedPairs({ n, equal: (at) => keys[at] === keys[at - 1] });
  const sorted = keys.map((key) => key % base);
  const discordant = sortCountingExchanges(sorted);
  const tiedY = tiedPairs({ n, equal: (at) => sorted[at] === sorted[at - 1] });
  return tauOf({ pairs, tiedX, tiedY, tiedBoth, discordant });
}

/** Counts of pairs: all, tied in x, tied in y, tied in both, and in opposite order in x and y. */
export interface PairCounts {
  readonly pairs: number;
  readonly tiedX: number;
  readonly tiedY: number;
  readonly tiedBoth: number;
  readonly discordant: number;
}

/** Kendall's tau-b from its counts; NaN where every pair is tied in x, or every pair in y. */
export function tauOf({ pairs, tiedX, tiedY, tiedBoth, discordant }: PairCounts): number {
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return clamp(difference / Math.sqrt((pairs - tiedX) * (pairs - tiedY)));
}

/** Spearman's rho: Pearson's correlation of the average ranks. Infinities, NaN, constant columns and errors are as in `kendall`. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkLengths(x, y);
  return rhoOf(ascendingRanks(x), ascendingRanks(y));
}

/** Spearman's rho of two columns of average ranks. */
export function rhoOf(rx: Float64Array, ry: Float64Array): number {
  const n = rx.length;
  const mean = (n + 1) / 2;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i += 1) {
    const dx = rx[i]! - mean;
    const dy = ry[i]! - mean;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return clamp(xy / Math.sqrt(xx * yy));
}

function checkLengths(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length)
    throw new RangeError(`columns of ${x.length} and ${y.length} values cannot be correlated`);
  if (x.length < 2) throw new RangeError(`a correlation needs two values or more, not ${x.length}`);
  return x.length;
}

/**
 * Counts pairs of equal values in a sorted column of n; `equal(at)` says whether the value at `at` equals the
 * one before it.
 */
function tiedPairs({ n, equal }: { readonly n: number; readonly equal: (at: number) => boolean }): number {
  let count = 0;
  let run = 0;
  for (let at = 1; at < n; at += 1) {
    run = equal(at) ? run + 1 : 0;
    count += run;
  }
  return count;
}

/**
 * Sorts in place with a stable bottom-up merge sort; returns how many pairs were in strictly descending
 * order.
 */
export function sortCountingExchanges(values: Float64Array): number {
  const n = values.length;
  const merged = new Float64Array(n);
  let exchanges = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(middle + width, n);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at += 1) {
        if (left < middle && (right === end || values[left]! <= values[right]!)) {
          merged[at] = values[left]!;
          left += 1;
        } else {
          merged[at] = values[right]!;
          right += 1;
          exchanges += middle - left;
        }
      }
    }
    values.set(merged);
  }
  return exchanges;
}

/** Limits the result to [-1, 1], since rounding may give 1.0000000000000002; NaN stays NaN. */
function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
