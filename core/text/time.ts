// Reads times such as 20ms or 0.02s, and writes each in one canonical form.
import { z } from 'zod';
import { describeFound } from './show.js';

const UNITS = { ms: 1, s: 1000 } as const;
const WRITTEN = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s)$/;
export const LONGEST_MS = 3_600_000;

/** A time above 0 and up to an hour, always with its unit; `0.02s` becomes `20ms`. */
export function time() {
  const normalize = (written: unknown, context: z.core.$RefinementCtx): string => {
    const milliseconds = typeof written === 'string' ? read(written) : undefined;
    if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= LONGEST_MS)
      return `${milliseconds}ms`;
    context.addIssue({
      code: 'custom',
      message: `${describeFound(written)}; must be a time with its unit: 20ms or 0.02s`,
    });
    return z.NEVER;
  };
  return z
    .unknown()
    .transform(normalize)
    .meta({ type: 'string', pattern: WRITTEN.source, description: 'a time with its unit: 20ms or 0.02s' });
}

/** The milliseconds of a time in the form that `time` returns. */
export function milliseconds(written: string): number {
  return read(written)!;
}

function read(written: string): number | undefined {
  const [, digits, unit] = WRITTEN.exec(written) ?? [];
  // The product of two floats is rounded to six decimals of a millisecond.
  if (digits === undefined) return undefined;
  return Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS] * 1e6) / 1e6;
}
