// Measures what the ranking is worth on known accuracies: agreement, and the accuracy of what it puts first.
import { kendall } from '../../ranking/correlation.js';
import { accuracyDigits } from '../../report/accuracy-digits.js';
import { formatCount } from '../../text/display-numbers.js';
import type { KnownAccuracies, ReportData } from '../report-data.js';

export interface FoundAccuracies {
  readonly dataset: string;
  /** The number of ranked candidates whose accuracy is known. */
  readonly known: number;
  /** Kendall's tau-b with the score; null where it is undefined. */
  readonly tau: number | null;
  readonly first: number;
  readonly bestOfTen: number;
  readonly meanOfTen: number;
  readonly best: number;
  readonly mean: number;
  /** How many decimals the accuracies of this data set have in the report. */
  readonly digits: number;
  /** The result in plain words. */
  readonly sentence: string;
}

/** Data sets with fewer than two known accuracies are left out. */
export function foundAccuracies({ known, columns }: ReportData): readonly FoundAccuracies[] {
  return known.flatMap((each) => {
    const found = measure(each, columns.score);
    return found ? [found] : [];
  });
}

function measure({ dataset, accuracies }: KnownAccuracies, score: Float64Array): FoundAccuracies | undefined {
  const indices = [...accuracies.keys()].filter((i) => Number.isFinite(accuracies[i]!));
  if (indices.length < 2) return undefined;
  const values = indices.map((i) => accuracies[i]!);
  const tau = kendall(
    indices.map((i) => score[i]!),
    values,
  );
  const ten = values.slice(0, 10);
  const of = {
    dataset,
    known: indices.length,
    tau: Number.isNaN(tau) ? null : tau,
    first: values[0]!,
    bestOfTen: highest(ten),
    meanOfTen: meanOf(ten),
    best: highest(values),
    mean: meanOf(values),
    digits: accuracyDigits(values),
  };
  return { ...of, sentence: sentenceOf(of) };
}

function sentenceOf(of: Omit<FoundAccuracies, 'sentence'>): string {
  const { dataset, known, tau, digits } = of;
  const [first, bestOfTen, best, mean] = [of.first, of.bestOfTen, of.best, of.mean].map((value) =>
    value.toFixed(digits),
  );
  const agreement =
    tau === null
      ? ''
      : ` The order agrees with the accuracies with a Kendall's tau of ${tau.toFixed(2)} (1: the same order, 0: chance).`;
  return `Accuracies on ${dataset} are known for ${formatCount(known)} of the candidates. The first of them in the ranking has ${first}, the best of its first ten ${bestOfTen}; the best of all has ${best}, the average one ${mean}.${agreement}`;
}

function highest(values: readonly number[]): number {
  return values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
