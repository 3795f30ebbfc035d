// Defines what a report is made of; client/report reads it from a finished search.
import type { BetweenSearches } from '../comparison/between.js';
import type { SearchComparison } from '../comparison/comparison.js';
import type { Failure } from '../report/failures-csv.js';
import type { RankingDiff } from '../report/ranking-diff.js';
import type { Summary } from '../report/summary.js';

/** One of the first candidates of the ranking. */
export interface ReportRow {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly proxies: Readonly<Record<string, number>>;
  readonly flops?: number | undefined;
  readonly parameters: number;
  /** Milliseconds, if it was measured. */
  readonly latency?: number | undefined;
  /** The text of its class; equal for candidates that compute the same function. */
  readonly class?: string | undefined;
}

/** Values of all ranked candidates, best first; NaN where one is unknown. */
export interface ReportColumns {
  readonly score: Float64Array;
  readonly flops?: Float64Array | undefined;
  readonly parameters: Float64Array;
  readonly latency?: Float64Array | undefined;
  readonly proxies: Readonly<Record<string, Float64Array>>;
}

export interface Winner {
  readonly row: ReportRow;
  /** The number of further ranked candidates that compute the same function. */
  readonly others: number;
  /** SVG of the architecture, or the reason why there is none. */
  readonly drawing: { readonly svg: string } | { readonly missing: string };
}

/** Where and when the search ran. */
export interface ReportFacts {
  readonly id: string;
  readonly name: string;
  readonly space: string;
  /** The number of candidates in the space, if it is bounded. */
  readonly spaceSize?: bigint | undefined;
  /** The shape of the images for which FLOPs are counted; of square ones the sides alone. */
  readonly image?: readonly number[] | undefined;
  readonly strategy: string;
  readonly fidelity: Readonly<Record<string, unknown>> & { readonly draws: number };
  /** By what candidates are ranked. */
  readonly ranking: string;
  readonly seed: number;
  readonly device: string;
  readonly engine?: string | undefined;
  /** ISO 8601. */
  readonly started: string;
  readonly ended?: string | undefined;
  /** The number of worker processes that signed the scores; undefined if nobody counted them. */
  readonly workers?: number | undefined;
  /** The specification with every default, as YAML. */
  readonly specification: string;
}

/** The accuracies of one data set in ranked order; NaN where one is unknown. */
export interface KnownAccuracies {
  readonly dataset: string;
  readonly accuracies: Float64Array;
}

export interface Generation {
  readonly candidates: number;
  /** The best score so far, and the mean of the generation, both in the final ranking. */
  readonly best: number;
  readonly mean: number;
  /**
   * The mean share of places in which two candidates of the generation differ; NaN for a single candidate.
   */
  readonly diversity: number;
  /** Undefined where Temporal no longer has the history of the search. */
  readonly drawn?: GenerationDraws | undefined;
}

/** The number of candidates drawn for a generation, and of those that were not taken. */
export interface GenerationDraws {
  readonly proposed: number;
  /** Candidates that broke a constraint. */
  readonly rejected: number;
  /** Candidates that had been bred before. */
  readonly duplicates: number;
}

/** Another search that is compared with the reported one. */
export interface OtherSearch {
  readonly id: string;
  readonly between: BetweenSearches;
  /** Changes from the other search to this one. */
  readonly changes: RankingDiff;
  /** The rank in this search and in the other one of each candidate that both ranked. */
  readonly ranks: { readonly here: Float64Array; readonly there: Float64Array };
}

export interface ReportData {
  readonly facts: ReportFacts;
  readonly summary: Summary;
  /** The first rows of the ranking. */
  readonly top: readonly ReportRow[];
  readonly columns: ReportColumns;
  readonly winners: readonly Winner[];
  readonly failures: readonly Failure[];
  /** Why there is no comparison of proxies and draws, where there is none. */
  readonly comparison: SearchComparison | { readonly missing: string };
  readonly known: readonly KnownAccuracies[];
  readonly generations: readonly Generation[];
  readonly others: readonly OtherSearch[];
}

export function comparisonOf({ comparison }: ReportData): SearchComparison | undefined {
  return 'missing' in comparison ? undefined : comparison;
}
