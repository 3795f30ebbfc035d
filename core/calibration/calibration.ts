// Defines the file that `zeroscout calibrate` writes and a search names, reads it, and scores candidates by it.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { plainIssues } from '../schema/plain-issues.js';
import { isOwnProxy, PROXIES } from '../specification/families.js';
import { Features } from '../specification/fidelity.js';
import { describeFound } from '../text/show.js';
import { type Known, ownScore, rowOf } from './features.js';
import { predict } from './kernel-model.js';

const number = z.number();
const numbers = z.array(number);
const Scale = z.strictObject({ mean: number, deviation: number.nonnegative() });
const Scales = z.strictObject({
  proxies: z.array(Scale),
  graph: z.record(z.string(), Scale),
  own: Scale,
  weights: numbers,
});
const Row = z.strictObject({ proxies: numbers, graph: numbers, own: number });
const Member = z.strictObject({
  proxyScale: number.positive(),
  graphScale: number.positive(),
  amplitude: number.positive(),
  ridge: number.positive(),
  alpha: numbers,
});
const coefficient = number.min(-1).max(1).nullable();

/** Kendall's tau of three rankings with labels that were not used to fit them. */
const Agreement = z.strictObject({ own: coefficient, weights: coefficient, model: coefficient });

const METHODS = ['own', 'weights', 'model'] as const;
/**
 * The ranking that a calibration uses. `own`: the weights of the search, because no fit is better; `weights`: fitted
 * weights; `model`: the fitted model.
 */
export type Method = (typeof METHODS)[number];

const FORMAT = 'zeroscout-calibration/1';

const Calibration = z
  .strictObject({
    format: z.literal(FORMAT),
    /**
     * The search whose candidates have labels; its space, with the digest of the space's definition; and the data set of
     * the labels.
     */
    search: z.string(),
    space: z.strictObject({ kind: z.string(), digest: z.string() }),
    dataset: z.string(),
    labels: z.int().min(2),
    /** The canonical texts of the labelled networks; absent in files of earlier releases. */
    labelled: z.array(z.string()).optional(),
    proxies: z
      .array(
        z.string().refine(isProxy, {
          error: ({ input }) => `${describeFound(input)}; must be a proxy of this release`,
        }),
      )
      .min(1),
    /** The digests of the code of its own proxies, by name; absent without any, and in files of earlier releases. */
    ownProxies: z.record(z.string(), z.string()).optional(),
    /** The features that the proxies of the search read; absent in files of earlier releases. */
    features: Features.optional(),
    /** The weights of the search, in the order of `proxies`. */
    weights: z.array(number.nonnegative()),
    method: z.enum(METHODS),
    evidence: z.strictObject({
      /** Kendall's tau with labels that were left out: by leave-one-out for the model, by ten folds for the weights. */
      crossValidated: Agreement,
      /** The share of bootstrap resamples in which each fit agrees better than the weights of the search. */
      betterThanOwn: z.strictObject({ weights: number, model: number }),
      /** The share of permutations of the labels that are fitted as well; absent in files of earlier releases. */
      chance: z.strictObject({ weights: number, model: number }).optional(),
      /** Kendall's tau with known accuracies that were not used for the fit; null if there are fewer than two. */
      heldOut: Agreement.extend({ candidates: z.int() }).nullable(),
    }),
    fittedWeights: z.array(number.nonnegative()),
    scales: Scales,
    model: z.strictObject({ centers: z.array(Row), members: z.array(Member).min(1) }),
  })
  .refine(isConsistent, 'lists have different lengths');

function isProxy(name: string): boolean {
  return isOwnProxy(name) || PROXIES.some((known) => known === name);
}

export type Calibration = z.output<typeof Calibration>;

interface IsConsistentArguments {
  readonly proxies: readonly string[];
  readonly weights: readonly number[];
  readonly fittedWeights: readonly number[];
  readonly scales: z.output<typeof Scales>;
  readonly model: {
    readonly centers: readonly z.output<typeof Row>[];
    readonly members: readonly z.output<typeof Member>[];
  };
}

function isConsistent(value: IsConsistentArguments): boolean {
  const n = value.proxies.length;
  const graph = Object.keys(value.scales.graph).length;
  const { centers, members } = value.model;
  return (
    [value.weights, value.fittedWeights, value.scales.proxies, value.scales.weights].every(
      (list) => list.length === n,
    ) &&
    value.fittedWeights.some((weight) => weight > 0) &&
    centers.every((row) => row.proxies.length === n && row.graph.length === graph) &&
    members.every(({ alpha }) => alpha.length === centers.length)
  );
}

export function formatCalibration(calibration: Omit<Calibration, 'format'>): string {
  return `${JSON.stringify({ format: FORMAT, ...calibration })}\n`;
}

/** Parses a calibration file. A SpecError for invalid text names the file `source`. */
export function parseCalibration({
  text,
  source,
}: {
  readonly text: string;
  readonly source: string;
}): Calibration {
  let value: unknown;
  try {
    // Editors on Windows may save a file with a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw SpecError.inFile({
      file: source,
      message: 'is not JSON; must be a calibration file',
    });
  }
  const found = (value as { format?: unknown } | null)?.format;
  if (found !== FORMAT) {
    const message = `is not a calibration of this release (format ${JSON.stringify(found) ?? 'missing'}, must be "${FORMAT}"); calibrate the search again`;
    throw SpecError.inFile({ file: source, message });
  }
  const result = Calibration.safeParse(value);
  if (result.success) return result.data;
  const [first] = plainIssues(result.error, value);
  const where = first!.path === '' ? '' : `${first!.path}: `;
  throw SpecError.inFile({
    file: source,
    message: `was altered after it was written: ${where}${first!.message}; calibrate the search again`,
  });
}

/** Returns the score of a candidate; higher is better. Scores are comparable within one cohort only. */
export function calibratedScore(calibration: Calibration, known: Known): number {
  if (calibration.method === 'model') return predict(calibration.model, rowOf(known, calibration.scales));
  const { weights, fittedWeights } = calibration;
  return ownScore(known, calibration.method === 'own' ? weights : fittedWeights);
}
