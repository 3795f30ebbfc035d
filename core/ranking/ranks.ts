// In: m values. Out: their ascending ranks, 1 to m, ties sharing their average rank.

/**
 * Ranks [m] of values [m]; the smallest gets 1. Infinities are ordinary values, NaN counts as -Infinity, -0 ties with 0.
 * O(m log m). method.md, Aggregation.
 */
export function ascendingRanks(values: ArrayLike<number>): Float64Array {
  const numbers = Float64Array.from(values, (value) => (Number.isNaN(value) ? -Infinity : value));
  const byValue = Uint32Array.from(numbers.keys()).sort((a, b) => compare(numbers[a]!, numbers[b]!));
  const ranks = new Float64Array(numbers.length);
  for (let start = 0, end = 0; start < byValue.length; start = end) {
    const value = numbers[byValue[start]!];
    while (end < byValue.length && numbers[byValue[end]!] === value) end += 1;
    // Positions start .. end - 1 are ranks start + 1 .. end.
    for (let at = start; at < end; at += 1) ranks[byValue[at]!] = (start + 1 + end) / 2;
  }
  return ranks;
}

/** A difference would be NaN for two equal infinities. */
export function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
