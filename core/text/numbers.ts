// In: numbers. Out: the one text of each in every report, and back.

const NUMBER = /^-?(\d+(\.\d+)?)(e[+-]?\d+)?$/;

/** Shortest text that reads back as the same number (-0 is 0); `-inf` and `inf`. Throws a RangeError for NaN. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value))
    throw new RangeError('NaN has no place in a report; it counts as -Infinity before');
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return String(value);
}

/** What `formatNumber` wrote, as a number. Throws a RangeError for any other text. */
export function parseNumber(text: string): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  if (!NUMBER.test(text))
    throw new RangeError(`found ${JSON.stringify(text)}; must be a number, -inf or inf`);
  return Number(text);
}
