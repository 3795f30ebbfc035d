// Writes summary.json from the counts of a finished search, and reads it back.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { toIssues } from '../schema/fields.js';

const count = z.int().nonnegative();
/** -1 to 1; null where it is undefined (a constant column), because JSON has no NaN. */
const coefficient = z.number().min(-1).max(1).nullable();

/** Keys that a later version adds are kept. */
const SummarySchema = z.looseObject({
  name: z.string().min(1),
  id: z.string().min(1),
  /**
   * Candidates that were planned. `scored` of them were computed by this run, `reused` were in the store
   * before, `failed` were set aside.
   */
  candidates: count,
  scored: count,
  reused: count,
  failed: count,
  /** Wall-clock time from start to ranking. */
  seconds: z.number().nonnegative(),
  /** Wall-clock time for each candidate that this run scored; 0 if it scored none. */
  millisecondsPerCandidate: z.number().nonnegative(),
  /** SHA-256, hex, of the bytes of ranking.csv. */
  rankingSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Whether ranks were taken over written candidates or over classes of the same function. */
  cohort: z.enum(['written', 'classes']).optional(),
  /**
   * In a cohort of classes: the number of functions that were ranked, and of candidates that inherit
   * another's score.
   */
  classes: count.optional(),
  shared: count.optional(),
  /** By what candidates were ranked, where it is a weighted sum of ranks; the preset, if it is one. */
  aggregation: z
    .looseObject({
      preset: z.string().optional(),
      kind: z.string(),
      weights: z.record(z.string(), z.number()),
    })
    .optional(),
  /** Of a calibrated ranking: the digest of the calibration, the data set and the number of its labels, and its method. */
  calibration: z.looseObject({ digest: z.string(), dataset: z.string(), labels: count }).optional(),
  /** Sentences that a reader should know before using the ranking. */
  warnings: z.array(z.string()).optional(),
  /** With screening: the candidates of each round, and its time. */
  rounds: z
    .array(
      z.looseObject({ candidates: count, reused: count, failed: count, seconds: z.number().nonnegative() }),
    )
    .optional(),
  /** With constraints or evolution: the number of candidates drawn, and why some of them were not taken. */
  drawn: z
    .looseObject({
      proposed: count,
      rejected: z.record(z.string(), count),
      duplicates: count,
      /** Scopes of the measured latencies in the store, with the machine of each. */
      latencies: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  /**
   * With limits on latency: how many of the ranked candidates have a latency, and how many of these were
   * measured on a busy machine.
   */
  latency: z.looseObject({ measured: count, busy: count }).optional(),
  /** For an evolution: the number of generations, and why it ended before its budget was spent. */
  generations: count.optional(),
  ended: z.string().optional(),
  /**
   * For a search that was verified: the share asked for; this run's scores, and how many of them another
   * worker computed again; how many could not be computed by another worker, and why; what became of workers
   * that disagreed; and how many of their scores were discarded and computed again.
   */
  verification: z
    .looseObject({
      share: z.number().positive().max(1),
      scores: count,
      verified: count,
      notVerified: count,
      why: z.string().optional(),
      disagreements: count,
      examples: z.array(
        z.looseObject({
          score: z.string(),
          worker: z.string(),
          verifier: z.string(),
          difference: z.string(),
        }),
      ),
      setAside: z.array(z.string()),
      suspected: z.array(z.string()),
      discarded: count,
    })
    .optional(),
  /** The agreement by dataset; only with a truth file. */
  correlation: z.record(z.string(), z.object({ kendall: coefficient, spearman: coefficient })).optional(),
});

/** The keys that a summary may have; core/report/file-formats.ts explains each. */
export const SUMMARY_KEYS = Object.keys(SummarySchema.shape);

/** The contents of summary.json; docs/reference/files.md explains each key. */
export type Summary = z.infer<typeof SummarySchema>;

/**
 * JSON indented by two spaces, with a final line feed. Throws a SpecError for what `parseSummary` would
 * refuse, such as NaN.
 */
export function formatSummary(summary: Summary): string {
  return `${JSON.stringify(check({ value: summary, source: 'summary' }), null, 2)}\n`;
}

/** Throws a SpecError that names `source` and the fields at fault. */
export function parseSummary({ text, source }: { readonly text: string; readonly source: string }): Summary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw SpecError.inFile({ file: source, message: `not JSON: ${(error as Error).message}` });
  }
  return check({ value, source });
}

function check({ value, source }: { readonly value: unknown; readonly source: string }): Summary {
  const result = SummarySchema.safeParse(value);
  if (result.success) return result.data;
  throw new SpecError(toIssues({ error: result.error, root: source }));
}
