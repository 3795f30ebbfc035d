// Turns a number that is not defined into null, for results that are written as JSON.
/** JSON has no NaN; null is what is not defined. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
