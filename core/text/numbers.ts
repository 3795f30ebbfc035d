// Writes numbers in the form that every report uses, and reads them back.
import { TerminalError } from '../errors.js';

const NUMBER = /^-?(\d+(\.\d+)?)(e[+-]?\d+)?$/;

/**
 * The shortest text that reads back as the same number (-0 is written 0); `-inf` and `inf`. Throws a
 * TerminalError for NaN.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value))
    throw new TerminalError({
      code: 'not-a-number',
      message: 'NaN cannot be written to a report; replace it by -Infinity before',
    });
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return String(value);
}

/** Whether `formatNumber` could have written this text. */
export function isNumber(text: string): boolean {
  return text === 'inf' || text === '-inf' || NUMBER.test(text);
}

/** Reads what `formatNumber` wrote. Throws a RangeError for any other text. */
export function parseNumber(text: string): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  if (!NUMBER.test(text))
    throw new RangeError(`found ${JSON.stringify(text)}; must be a number, -inf or inf`);
  return Number(text);
}
