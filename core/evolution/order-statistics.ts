// Keeps values that arrive one by one so that the rank of any of them can be computed without sorting.

export interface OrderStatistics {
  insert(value: number): void;
  /** The ascending rank, 1 to n, of an inserted value. Ties share their average rank. */
  rank(value: number): number;
  /** Merges all runs into one in O(n), which pays before many calls of `rank`. */
  compact(): void;
}

/**
 * Values are kept in sorted runs whose sizes are decreasing powers of two (the logarithmic method, Bentley and Saxe 1980). An
 * insertion merges runs of equal size, O(log n) amortized. A rank is a binary search in each of at most log n runs. NaN counts
 * as -Infinity.
 */
export function createOrderStatistics(): OrderStatistics {
  let runs: Float64Array[] = [];
  return {
    insert: (value) => {
      let run = Float64Array.of(Number.isNaN(value) ? -Infinity : value);
      while (runs.length && runs.at(-1)!.length <= run.length) run = merge(runs.pop()!, run);
      runs.push(run);
    },
    rank: (written) => {
      const value = Number.isNaN(written) ? -Infinity : written;
      let below = 0;
      let upTo = 0;
      for (const run of runs) {
        below += countBelow(run, value);
        upTo += countUpTo(run, value);
      }
      // Positions below to upTo - 1 have the ranks below + 1 to upTo, whose mean is the shared rank.
      return (below + 1 + upTo) / 2;
    },
    compact: () => {
      if (runs.length > 1) runs = [runs.reduceRight((small, large) => merge(large, small))];
    },
  };
}

function merge(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length + b.length);
  for (let at = 0, i = 0, j = 0; at < out.length; at += 1)
    out[at] = j === b.length || (i < a.length && a[i]! <= b[j]!) ? a[i++]! : b[j++]!;
  return out;
}

/** The number of values of a sorted run that are smaller. */
function countBelow(run: Float64Array, value: number): number {
  let low = 0;
  for (let high = run.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (run[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of values of a sorted run that are smaller or equal. */
function countUpTo(run: Float64Array, value: number): number {
  let low = 0;
  for (let high = run.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (run[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
