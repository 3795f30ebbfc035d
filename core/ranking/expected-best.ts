// Computes what training networks at random finds: the expected best of n, and how many random trainings
// match a given accuracy.

/**
 * The expected largest value of a random subset of `n` of `values`, drawn without replacement: with values in ascending order
 * v(1..m), the sum of v(k) C(k-1, n-1) / C(m, n). Throws a RangeError unless 1 <= n <= m.
 */
export function expectedBest({
  values,
  n,
}: {
  readonly values: readonly number[];
  readonly n: number;
}): number {
  const ascending = [...values].sort((a, b) => a - b);
  const m = ascending.length;
  if (!Number.isInteger(n) || n < 1 || n > m)
    throw new RangeError(`a subset of ${n} of ${m} values; must be 1 to ${m}`);
  // The probability that the k-th value is the largest of the subset, computed from the largest k downwards:
  // p(m) = n / m, p(k - 1) = p(k) (k - n) / (k - 1).
  let probability = n / m;
  let expected = 0;
  for (let k = m; k >= n; k -= 1) {
    expected += probability * ascending[k - 1]!;
    probability *= (k - n) / (k - 1);
  }
  return expected;
}

/**
 * The least number of random trainings whose expected best is at least `value`; undefined where the best of
 * all values is below it.
 */
export function trainingsFor({
  values,
  value,
}: {
  readonly values: readonly number[];
  readonly value: number;
}): number | undefined {
  const reaches = (n: number) => expectedBest({ values, n }) >= value - 1e-9;
  if (values.length === 0 || !reaches(values.length)) return undefined;
  let [low, high] = [1, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reaches(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
