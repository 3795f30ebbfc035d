// Keeps values that come one by one so that the rank of any of them is known without sorting.

export interface OrderStatistics {
  insert(value: number): void;
  /** Ascending rank, 1 to n, of a value that was inserted. Ties share their average rank. */
  rank(value: number): number;
  /** Merges all runs into one, O(n); worth it before many calls of `rank`. */
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
      // Positions below .. upTo - 1 are ranks below + 1 .. upTo.
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

/** How many values of a sorted run are smaller. */
function countBelow(run: Float64Array, value: number): number {
  let low = 0;
  for (let high = run.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (run[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many values of a sorted run are smaller or equal. */
function countUpTo(run: Float64Array, value: number): number {
  let low = 0;
  for (let high = run.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (run[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
