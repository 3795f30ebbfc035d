// Reads numbers with a unit, such as 450M.
import { z } from 'zod';
import { describeFound } from './show.js';

/** The powers of ten of the units. */
const UNITS: Readonly<Record<string, number>> = { '': 0, k: 3, M: 6, G: 9 };
const WRITTEN = /^(\d+(?:\.\d+)?)([kMG]?)$/;

/** A whole number from 0 to 1e15, written as 450000000, 450M or 0.45G. */
export function quantity() {
  const read = (written: unknown, context: z.core.$RefinementCtx): number => {
    const value = typeof written === 'string' ? numberIn(written) : written;
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1e15)
      return value as number;
    context.addIssue({
      code: 'custom',
      message: `${describeFound(written)}; must be a whole number, optionally with k, M or G, such as 450M`,
    });
    return z.NEVER;
  };
  const whole = { type: 'integer', minimum: 0, maximum: 1e15 };
  const text = { type: 'string', pattern: WRITTEN.source };
  return z
    .unknown()
    .transform(read)
    .meta({ anyOf: [whole, text], description: 'a whole number, optionally with k, M or G, such as 450M' });
}

/** Undefined for a text that is no whole number. */
function numberIn(written: string): number | undefined {
  const [, digits, unit] = WRITTEN.exec(written) ?? [];
  if (digits === undefined) return undefined;
  const power = UNITS[unit!]!;
  const decimals = /\.(\d*?)0*$/.exec(digits)?.[1] ?? '';
  // 8.2 * 1e6 may not be exact in floating point, so the product is rounded.
  return decimals.length <= power ? Math.round(Number(digits) * 10 ** power) : undefined;
}
