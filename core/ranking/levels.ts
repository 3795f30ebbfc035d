// Numbers the distinct values of a column, so that samples of it are sorted by counting.
import { indexOf, sortable } from './ranks.js';

/** A column [n] in which every value is replaced by its place among the distinct values, 0 for the smallest. */
export interface Levels {
  readonly levels: Uint32Array;
  /** The number of distinct values. */
  readonly count: number;
}

/** Infinities are ordinary values, NaN counts as -Infinity, -0 is equal to 0, as in `ascendingRanks`. */
export function levelsOf(values: ArrayLike<number>): Levels {
  const numbers = sortable(values);
  const sorted = numbers.slice().sort();
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  return { levels: Uint32Array.from(numbers, (value) => indexOf(distinct, value)), count: distinct.length };
}
