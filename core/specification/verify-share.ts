// Reads the share of the scores that another worker computes again, `1%`, `0.01` or `off`, from a
// specification or from ZEROSCOUT_VERIFY.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { describeFound } from '../text/show.js';

const PERCENT = /^\s*(\d{1,3}(?:\.\d{1,12})?|\.\d{1,12})\s*%\s*$/;
const RIGHT = 'a share such as 1% or 0.01 (above 0, at most 100%), or off';

/** Returns 0 for `off` and undefined for what is not a share. A number is returned unchanged. */
function readShare(value: unknown): number | undefined {
  if (value === 'off' || value === 0) return 0;
  const percent = typeof value === 'string' ? PERCENT.exec(value) : null;
  // The percentage is parsed as a decimal exponent because 1.1 / 100 is 0.011000000000000001 in floating
  // point.
  const share = percent ? Number(`${percent[1]}e-2`) : value;
  return typeof share === 'number' && share > 0 && share <= 1 ? share : undefined;
}

/** The share as a number, whichever way it was written. */
export function verifyShare() {
  return z
    .unknown()
    .transform((value, context): number => {
      const share = readShare(value);
      if (share !== undefined) return share;
      context.addIssue({ code: 'custom', message: `${describeFound(value)}; must be ${RIGHT}` });
      return z.NEVER;
    })
    .meta({
      anyOf: [
        { type: 'number', minimum: 0, maximum: 1 },
        { type: 'string', pattern: PERCENT.source },
        { const: 'off' },
      ],
      description: `${RIGHT}: the part of the new scores that another worker computes again; by default what the control workers are set to`,
    });
}

/**
 * The share in ZEROSCOUT_VERIFY; throws a SpecError for any other text. An environment variable holds text
 * only, so `0.01` is parsed as a number.
 */
export function readVerifySetting(text: string | undefined): number {
  if (text === undefined || text.trim() === '') return 0;
  const trimmed = text.trim();
  const share = readShare(/^\d*\.?\d+$/.test(trimmed) ? Number(trimmed) : trimmed);
  if (share !== undefined) return share;
  throw SpecError.of({ path: 'ZEROSCOUT_VERIFY', message: `${describeFound(text)}; must be ${RIGHT}` });
}
