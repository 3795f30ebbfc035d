// Assembles a comparison: the measurements of each search, and those between searches.
import { compare } from '../ranking/ranks.js';
import { type BetweenSearches, betweenSearches } from './between.js';
import { type ChecklistEntry, checklist } from './checklist.js';
import { bestFirst, type Cohort, type RankedCohort, rankCohort, scoresOf } from './cohort.js';
import { millisecondsOf, paretoOptimal, type SearchCosts } from './cost.js';
import { type ComparedSpace, type KnownRanking, nearestLimit } from './known-limits.js';
import {
  closeTo,
  type DatasetQuality,
  type KnownCandidate,
  knownOf,
  qualitiesOf,
  type RankerQuality,
  resampleCount,
} from './quality.js';
import { rankersOf } from './rankers.js';
import { LEFT_OUT_TOP, type Redundancy, redundancyOf } from './redundancy.js';
import { type Stability, stabilityOf, WINNERS } from './stability.js';

/** The data of one compared search. */
export interface ComparedSearch {
  readonly cohort: Cohort;
  readonly space: ComparedSpace;
  /** The ranking, if it is one whose agreement on published benchmarks is known; by default it is none. */
  readonly knownAs?: KnownRanking | undefined;
  /** The known accuracies by data set, in the order of the table; empty without known accuracies. */
  readonly known: ReadonlyMap<string, readonly KnownCandidate[]>;
  /** The units to whose accuracies the ranking was calibrated; none by default. */
  readonly fitted?: ReadonlySet<number>;
  /**
   * The wall-clock time of the search divided by the number of candidates that it scored; null if it scored
   * none.
   */
  readonly millisecondsPerCandidate: number | null;
  /** The time of each family of proxies; null, the default, if it was not measured. */
  readonly costs?: SearchCosts | null;
  /** Why some features have too few samples; none by default. */
  readonly sampleWarnings?: readonly string[];
}

export interface SearchComparison {
  readonly id: string;
  /** The number of ranked units: candidates, or classes of candidates. */
  readonly candidates: number;
  readonly weights: Readonly<Partial<Record<string, number>>>;
  readonly millisecondsPerCandidate: number | null;
  readonly costs: SearchCosts | null;
  /**
   * The number of resamples for the intervals of `datasets`, of the data set with most; 0 where too few different
   * networks are known for any interval, and null without known accuracies.
   */
  readonly resamples: number | null;
  readonly datasets: readonly DatasetQuality[];
  readonly redundancy: Redundancy;
  readonly stability: Stability;
  readonly checklist: readonly ChecklistEntry[];
}

export interface Comparison {
  readonly searches: readonly SearchComparison[];
  readonly between: readonly BetweenSearches[];
}

/** The seed of every resample, so that a repeated comparison has the same result. */
const SEED = 16;

/**
 * `differ` returns the paths of the fields in which the specifications of two searches differ; `winners` is
 * the number of best candidates of each search that are described individually.
 */
export function compareCohorts({
  searches,
  differ,
  winners = WINNERS,
}: {
  readonly searches: readonly ComparedSearch[];
  readonly differ: (a: number, b: number) => readonly string[];
  readonly winners?: number | undefined;
}): Comparison {
  const ranked = searches.map(({ cohort }) => rankCohort(cohort));
  const between = ranked.flatMap((a, i) =>
    ranked.slice(i + 1).map((b, j) => betweenSearches(a, b, differ(i, i + 1 + j))),
  );
  const compared = searches.map((search, i) => compareOne({ search, ranked: ranked[i]!, winners }));
  return { searches: compared, between };
}

function compareOne({
  search,
  ranked,
  winners,
}: {
  readonly search: ComparedSearch;
  readonly ranked: RankedCohort;
  readonly winners: number;
}): SearchComparison {
  const { cohort, space, known, knownAs, fitted, costs = null, sampleWarnings = [] } = search;
  const rankers = rankersOf(ranked);
  const datasets = [...known].map(([dataset, candidates]): DatasetQuality => {
    const sampled = knownOf(candidates, SEED);
    return {
      dataset,
      candidates: candidates.length,
      fitted: candidates.filter(({ unit }) => fitted?.has(unit)).length,
      ...reach(rankers[0]!.scores, candidates),
      rankers: withCosts(qualitiesOf(rankers, sampled), costs),
    };
  });
  const redundancy = redundancyOf(ranked, known);
  const stability = stabilityOf(ranked, SEED, winners);
  const candidates = cohort.units.length;
  const sharedWithFlops = topSharedWith(cohort, scoresOf(ranked));
  return {
    id: cohort.id,
    candidates,
    weights: cohort.aggregation.weights,
    millisecondsPerCandidate: search.millisecondsPerCandidate,
    costs,
    resamples: known.size > 0 ? Math.max(...[...known.values()].map(resampleCount)) : null,
    datasets,
    redundancy,
    stability,
    checklist: checklist({
      stability,
      redundancy,
      datasets,
      candidates,
      limit: nearestLimit(space),
      knownAs,
      sharedWithFlops,
      sampleWarnings,
    }),
  };
}

function withCosts(rankers: readonly RankerQuality[], costs: SearchCosts | null): DatasetQuality['rankers'] {
  const milliseconds = rankers.map((ranker) => millisecondsOf(ranker, costs));
  const isOptimal = paretoOptimal(
    rankers.map(({ kendall }, i) => ({ kendall: kendall.value, milliseconds: milliseconds[i]! })),
  );
  return rankers.map((ranker, i) => ({
    ...ranker,
    milliseconds: milliseconds[i]!,
    paretoOptimal: isOptimal[i]!,
  }));
}

/** The best known accuracy, and the first rank at which an accuracy is close to it. */
function reach(scores: Float64Array, candidates: readonly KnownCandidate[]) {
  const trueBest = candidates.reduce(
    (best, { accuracy }) => Math.max(best, accuracy),
    Number.NEGATIVE_INFINITY,
  );
  const inOrder = [...candidates].sort((a, b) => compare(scores[b.unit]!, scores[a.unit]!));
  const least = trueBest - closeTo(trueBest);
  return { trueBest, enough: inOrder.findIndex(({ accuracy }) => accuracy >= least) + 1 };
}

function topSharedWith(cohort: Cohort, scores: Float64Array): number | undefined {
  const flops = cohort.costs.get('flops');
  if (!flops) return undefined;
  const top = new Set(bestFirst(cohort, scores).subarray(0, LEFT_OUT_TOP));
  return [...bestFirst(cohort, flops).subarray(0, LEFT_OUT_TOP)].filter((unit) => top.has(unit)).length;
}
