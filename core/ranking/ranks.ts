// Computes ascending ranks, where ties share their average rank, at once or part by part.

/**
 * Ranks [m] of values [m]; the smallest gets 1. Infinities are ordinary values, NaN counts as -Infinity, -0
 * ties with 0. O(m log m). docs/understand/method.md, Aggregation.
 */
export function ascendingRanks(values: ArrayLike<number>): Float64Array {
  const numbers = sortable(values);
  const sorted = numbers.slice().sort();
  const positions = new Float64Array(numbers.length);
  addPositions({ values: sorted, sorted, positions });
  return numbers.map((value) => rankOf(positions[indexOf(sorted, value)]!));
}

/** A copy with -Infinity in place of NaN, which the native sort of typed arrays then orders correctly. */
export function sortable(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values, (value) => (Number.isNaN(value) ? -Infinity : value));
}

/**
 * Adds to each position the number of values in `sorted` that are below the value, plus the number that are
 * not above it. Summed over all parts of a cohort, this gives the position within the whole, so that a cohort
 * too large to be sorted at once is ranked part by part; `rankOf` turns the sum into a rank. Both arrays must
 * be ascending and without NaN.
 */
export function addPositions({
  values,
  sorted,
  positions,
}: {
  readonly values: Float64Array;
  readonly sorted: Float64Array;
  readonly positions: Float64Array;
}): void {
  let below = 0;
  let notAbove = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    while (below < sorted.length && sorted[below]! < value) below += 1;
    while (notAbove < sorted.length && sorted[notAbove]! <= value) notAbove += 1;
    positions[i] = positions[i]! + below + notAbove;
  }
}

/**
 * Equal values occupy the ranks `below + 1` to `notAbove` and share their mean, (below + notAbove + 1) / 2.
 */
export function rankOf(positions: number): number {
  return (positions + 1) / 2;
}

/** Index of the first element of `sorted` that is not below `value`, by binary search. */
export function indexOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A comparison for sorting; a difference would be NaN for two equal infinities. */
export function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
