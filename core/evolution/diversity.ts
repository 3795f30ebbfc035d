// Measures how much the candidates of each generation of an evolution differ from each other.

/** Words, numbers, and the single digits of a matrix such as `011001`. */
const PARTS = /[A-Za-z_][\w-]*|[01](?=[01]{2})|(?<=[01]{2})[01]|\d+/g;

/**
 * For each generation, the mean share of places in which the texts of two of its candidates differ, 0 to 1.
 * A place counts if candidates of the whole evolution differ there, so that separators and fixed numbers do
 * not dilute the share. NaN for a generation of one candidate, and where all candidates are equal.
 */
export function diversityOf(generations: readonly (readonly string[])[]): readonly number[] {
  const parsed = generations.map((texts) => texts.map((text) => text.match(PARTS) ?? []));
  const longest = parsed.flat().reduce((most, { length }) => Math.max(most, length), 0);
  const sums = parsed.map(() => 0);
  let places = 0;
  for (let place = 0; place < longest; place++) {
    const counts = parsed.map((candidates) => countValues(candidates, place));
    if (new Set(counts.flatMap((values) => [...values.keys()])).size < 2) continue;
    places += 1;
    for (const [i, values] of counts.entries()) sums[i]! += shareOfDifferingPairs(values, parsed[i]!.length);
  }
  return sums.map((sum, i) => (places > 0 && parsed[i]!.length > 1 ? sum / places : Number.NaN));
}

/** How often each value occurs in a place; a shorter candidate has the value '' there. */
function countValues(candidates: readonly (readonly string[])[], place: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const parts of candidates) {
    const value = parts[place] ?? '';
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** 1 - sum of n_v (n_v - 1) / (n (n - 1)) over the values v. */
function shareOfDifferingPairs(counts: ReadonlyMap<string, number>, n: number): number {
  if (n < 2) return 0;
  let equal = 0;
  for (const count of counts.values()) equal += count * (count - 1);
  return 1 - equal / (n * (n - 1));
}
