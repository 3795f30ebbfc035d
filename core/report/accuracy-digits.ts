// Chooses how many decimals of a data set's accuracies are shown.

/**
 * Four decimals where all finite values lie from -1 to 1, as shares do, of which two decimals would be whole percents;
 * otherwise two.
 */
export function accuracyDigits(accuracies: readonly (number | null | undefined)[]): 2 | 4 {
  const finite = accuracies.filter((value) => Number.isFinite(value)) as number[];
  return finite.every((value) => Math.abs(value) <= 1) ? 4 : 2;
}
