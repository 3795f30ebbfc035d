// Measures how well each ranking of a cohort agrees with known accuracies, with bootstrap intervals over
// candidates.

import { TOPS } from '../ranking/agreement.js';
import { levelsOf } from '../ranking/levels.js';
import { type Interval, intervalOf, resamples } from './bootstrap.js';
import { type Measures, measureSample, sampleOf } from './measure-sample.js';
import type { Ranker } from './rankers.js';

/** A measured number and the 95 % interval of the bootstrap; null where a column is constant. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval;
}

export interface TopEstimate {
  readonly k: number;
  /** The mean accuracy of the first k. */
  readonly mean: Estimate;
  /** The best accuracy of all minus the best accuracy of the first k. */
  readonly regret: Estimate;
}

export interface RankerQuality {
  readonly name: string;
  readonly kind: Ranker['kind'];
  /** Kendall's tau-b and Spearman's rho. */
  readonly kendall: Estimate;
  readonly spearman: Estimate;
  /** NDCG with gain = accuracy above the worst, and over the first 1,000 with gain = 2^accuracy - 1. */
  readonly ndcg: Estimate;
  readonly exponentialNdcg: Estimate;
  readonly top: readonly TopEstimate[];
}

/** The quality of a ranking beside what it costs. */
export interface CostedQuality extends RankerQuality {
  /** Milliseconds a candidate that the ranking needs; null if they were not measured. */
  readonly milliseconds: number | null;
  /** Whether no other ranking has a Kendall's tau as high at a cost as low; null where either is unknown. */
  readonly paretoOptimal: boolean | null;
}

export interface DatasetQuality {
  readonly dataset: string;
  /** The number of candidates whose accuracy is known. */
  readonly candidates: number;
  /** The number of these to whose accuracies the ranking was calibrated, so that it agrees with them too well. */
  readonly fitted: number;
  readonly trueBest: number;
  /**
   * The least k for which the first k of the candidates whose accuracy is known contain one within half a point of the
   * best, or within 0.005 where no accuracy is above 1.
   */
  readonly enough: number;
  readonly rankers: readonly CostedQuality[];
}

/** Half a percentage point of accuracies in percent. */
export const HALF_A_POINT = 0.5;

/** How far from the best an accuracy may be to count as near it: half a point, also of accuracies that are shares. */
export const closeTo = (best: number) => (best <= 1 ? HALF_A_POINT / 100 : HALF_A_POINT);

/**
 * A candidate whose accuracy is known. Candidates of one class share a unit. Lists of them have the order in
 * which ties are listed.
 */
export interface KnownCandidate {
  readonly unit: number;
  readonly accuracy: number;
}

export interface Known {
  readonly candidates: readonly KnownCandidate[];
  /** Resamples of classes, so that members of one class stay together; each lists indices of `candidates`. */
  readonly samples: readonly Uint32Array[];
}

/**
 * With fewer classes, the resamples without any difference are so many that intervals would be too narrow, or
 * have no width.
 */
const FEWEST_CLASSES = 5;

/**
 * The number of resamples. Larger cohorts get fewer, because their intervals are narrower and their measures take
 * longer; of fewer than five classes there are none.
 */
export function resampleCount(candidates: readonly KnownCandidate[]): number {
  const classes = new Set(candidates.map(({ unit }) => unit)).size;
  return classes < FEWEST_CLASSES ? 0 : Math.max(50, Math.min(200, Math.round(500_000 / candidates.length)));
}

/**
 * `seed` determines the resamples. Of fewer than five classes there are none, and so no intervals. The members of
 * each resample are in the order of `candidates`, so that equal scores are listed as in the whole.
 */
export function knownOf(candidates: readonly KnownCandidate[], seed: number): Known {
  const members = new Map<number, number[]>();
  for (const [at, { unit }] of candidates.entries()) {
    const others = members.get(unit);
    if (others) others.push(at);
    else members.set(unit, [at]);
  }
  const classes = [...members.values()];
  const key = { seed, draw: 0, name: 'bootstrap' };
  const drawn = resamples({ n: classes.length, count: resampleCount(candidates), key });
  const samples = drawn.map((sample) =>
    Uint32Array.from(Array.from(sample, (at) => classes[at]!).flat()).sort(),
  );
  return { candidates, samples };
}

/** The quality of each ranking. What a resample says of the accuracies alone is computed once for all. */
export function qualitiesOf(rankers: readonly Ranker[], { candidates, samples }: Known): RankerQuality[] {
  const accuracies = Float64Array.from(candidates, ({ accuracy }) => accuracy);
  const accuracyLevels = levelsOf(accuracies);
  const levels = rankers.map(({ scores }) =>
    levelsOf(Float64Array.from(candidates, ({ unit }) => scores[unit]!)),
  );
  const measureAll = (members: Uint32Array) => {
    const sample = sampleOf({ members, accuracies, levels: accuracyLevels });
    return levels.map((each) => measureSample(sample, each));
  };
  const whole = measureAll(Uint32Array.from(candidates.keys()));
  const resampled = samples.map(measureAll);
  return rankers.map((ranker, i) =>
    estimate({
      ranker,
      whole: whole[i]!,
      resampled: resampled.map((each) => each[i]!),
      n: candidates.length,
    }),
  );
}

interface EstimateArguments {
  readonly ranker: Ranker;
  readonly whole: Measures;
  readonly resampled: readonly Measures[];
  /** The number of candidates. */
  readonly n: number;
}

function estimate({ ranker: { name, kind }, whole, resampled, n }: EstimateArguments): RankerQuality {
  const of = (pick: (measures: Measures) => number): Estimate => {
    const value = pick(whole);
    return { value: Number.isNaN(value) ? null : value, interval: intervalOf(resampled.map(pick)) };
  };
  return {
    name,
    kind,
    kendall: of((each) => each.kendall),
    spearman: of((each) => each.spearman),
    ndcg: of((each) => each.ndcg),
    exponentialNdcg: of((each) => each.exponentialNdcg),
    top: TOPS.map((k, i) => ({
      k: Math.min(k, n),
      mean: of((each) => each.top[i]!.mean),
      regret: of((each) => each.top[i]!.regret),
    })),
  };
}
