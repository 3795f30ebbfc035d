// Reads numbers with a unit, such as 450M.
import { z } from 'zod';
import { describeFound } from './show.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const WRITTEN = /^(\d+(?:\.\d+)?)([kMG]?)$/;

/** A whole number from 0 to 1e15, written as 450000000, 450M or 0.45G. */
export function quantity() {
  const read = (written: unknown, context: z.core.$RefinementCtx): number => {
    const [, digits, unit] = (typeof written === 'string' && WRITTEN.exec(written)) || [];
    // 4.35 * 1000 is not exactly 4350 in floating point, so the product is rounded.
    const value = digits === undefined ? written : Math.round(Number(digits) * UNITS[unit!]!);
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
