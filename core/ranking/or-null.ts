// Turns a number that is not defined into null, for results that are written as JSON, which has no NaN.
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
