// Selects the positions of the highest scores without sorting.

/**
 * Positions of the `count` highest scores, ascending. Of equal scores the earlier one counts as higher. No
 * score may be NaN. Runs in O(n) on average.
 */
export function selectHighest({
  scores,
  count,
}: {
  readonly scores: Float64Array;
  readonly count: number;
}): Uint32Array {
  if (scores.length <= count) return Uint32Array.from(scores.keys());
  const threshold = select(scores.slice(), scores.length - count);
  let equal = count;
  for (const score of scores) if (score > threshold) equal -= 1;
  const out = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i += 1)
    if (scores[i]! > threshold || (scores[i] === threshold && equal-- > 0)) out[at++] = i;
  return out;
}

/**
 * The value that would be at index `at` if `values` were sorted (quickselect, Hoare 1961). Reorders `values`.
 */
function select(values: Float64Array, at: number): number {
  for (let low = 0, high = values.length - 1; ; ) {
    if (low >= high) return values[at]!;
    const pivot = values[(low + high) >>> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return pivot;
  }
}
