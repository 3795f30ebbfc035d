// Defines the schemas of `proxies` and `aggregation`: which proxies are computed, and how they are combined
// into one score.
import { z } from 'zod';
import { mapping, oneOf, positiveNumber, text, wholeNumber } from '../schema/fields.js';
import { unknownValue } from '../text/nearest.js';
import { describeFound, quote } from '../text/show.js';
import { ASSEMBLY_NAMES } from './assemblies.js';
import { PROXIES, type ProxyName } from './families.js';

export const Proxies = z
  .array(oneOf(PROXIES), {
    error: ({ input }) => `${describeFound(input)}; must be a list of ${PROXIES.join(', ')}`,
  })
  .superRefine((names, context) => {
    if (names.length === 0) {
      const message = `found an empty list; must hold at least one of ${PROXIES.join(', ')}`;
      context.addIssue({ code: 'custom', message });
    }
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      context.addIssue({ code: 'custom', path: [index], message: `${quote(name)} occurs twice; keep one` });
    });
  })
  .transform((names) => PROXIES.filter((name) => names.includes(name)));

const KINDS = ['log-rank', 'linear-rank'] as const;
/**
 * Words that may be written in place of a mapping. Presets are replaced before a specification is checked
 * (assemblies.ts).
 */
export const AGGREGATION_WORDS = [...KINDS, ...ASSEMBLY_NAMES] as const;
/** The kind that names a file; the reader of the specification replaces it by `calibration` (core/calibration). */
export const CALIBRATED = 'calibrated';

/** The reference to a calibration file that a stored specification contains: the digest of the file, and its origin. */
const CalibrationReference = mapping(
  {
    digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of the calibration' }),
    dataset: text({ test: (value) => value !== '', right: 'the data set of the labels' }),
    labels: wholeNumber({ min: 2, max: 1e9 }),
    method: oneOf(['own', 'weights', 'model']),
    space: oneOf(['same', 'other']),
  },
  { right: 'the path of a calibration file' },
);
export type CalibrationReference = z.output<typeof CalibrationReference>;

const weight = positiveNumber({ max: 1e6 }).optional();
/** A preset that is still present stands beside `proxies`, which another check reports. */
function wordAsMapping(word: unknown): unknown {
  return KINDS.some((kind) => kind === word) ? { kind: word } : {};
}

/** The readers of specifications replace the kind of a calibration, so that it is none of those that remain. */
const Kind = z.enum(KINDS, {
  error: ({ input: word }) => {
    if (ASSEMBLY_NAMES.some((name) => name === word))
      return `${describeFound(word)}, a preset; must stand alone, as aggregation: ${word}`;
    const known = [...KINDS, CALIBRATED];
    return typeof word === 'string'
      ? unknownValue({ word, known })
      : `${describeFound(word)}; must be one of ${known.join(', ')}`;
  },
});

export const Aggregation = z.preprocess(
  (value) => (AGGREGATION_WORDS.some((word) => word === value) ? wordAsMapping(value) : value),
  mapping(
    {
      kind: Kind.default('log-rank').describe(
        'log-rank adds the logarithms of relative ranks, linear-rank the relative ranks',
      ),
      weights: mapping(
        Object.fromEntries(PROXIES.map((name) => [name, weight])) as Record<ProxyName, typeof weight>,
      )
        .prefault({})
        .describe('the weight of each proxy; 1 for those that are not named'),
      calibration: CalibrationReference.optional(),
    },
    {
      right: `one of ${AGGREGATION_WORDS.join(', ')}, or a mapping with kind, weights`,
      words: AGGREGATION_WORDS,
      internal: ['calibration'],
    },
  ),
);
