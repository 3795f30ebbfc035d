// Measures how well each ranking of a cohort agrees with known accuracies, with bootstrap intervals over
// candidates.
import { kendall, spearman } from '../ranking/correlation.js';
import { exponentialNdcg, ndcg, topQuality } from '../ranking/quality.js';
import { ascendingRanks } from '../ranking/ranks.js';
import { type Interval, intervalOf, resamples } from './bootstrap.js';
import type { Ranker } from './rankers.js';

/** The numbers k of first candidates that are measured. */
export const TOPS = [1, 10, 50] as const;

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
  readonly trueBest: number;
  /** The least k for which the first k contain a candidate within half a point of the best. */
  readonly enough: number;
  readonly rankers: readonly CostedQuality[];
}

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
  /** Resamples of classes, so that members of one class stay together; each lists units. */
  readonly samples: readonly (readonly KnownCandidate[])[];
}

/**
 * Larger cohorts get fewer resamples, because their intervals are narrower and their measures take longer.
 */
export function resampleCount(n: number): number {
  return Math.max(50, Math.min(200, Math.round(500_000 / n)));
}

/** `seed` determines the resamples. */
export function knownOf(candidates: readonly KnownCandidate[], seed: number): Known {
  const members = new Map<number, KnownCandidate[]>();
  for (const each of candidates) {
    const others = members.get(each.unit);
    if (others) others.push(each);
    else members.set(each.unit, [each]);
  }
  const classes = [...members.values()];
  const key = { seed, draw: 0, name: 'bootstrap' };
  const drawn = resamples({ n: classes.length, count: resampleCount(candidates.length), key });
  return { candidates, samples: drawn.map((sample) => Array.from(sample, (at) => classes[at]!).flat()) };
}

export function qualityOf({ name, kind, scores }: Ranker, known: Known): RankerQuality {
  const own = measure(scores, known.candidates);
  const resampled = known.samples.map((sample) => measure(scores, sample));
  const estimate = (pick: (measures: Measures) => number): Estimate => {
    const value = pick(own);
    return { value: Number.isNaN(value) ? null : value, interval: intervalOf(resampled.map(pick)) };
  };
  return {
    name,
    kind,
    kendall: estimate((each) => each.kendall),
    spearman: estimate((each) => each.spearman),
    ndcg: estimate((each) => each.ndcg),
    exponentialNdcg: estimate((each) => each.exponentialNdcg),
    top: TOPS.map((k, i) => ({
      k: Math.min(k, known.candidates.length),
      mean: estimate((each) => each.top[i]!.mean),
      regret: estimate((each) => each.top[i]!.regret),
    })),
  };
}

interface Measures {
  readonly kendall: number;
  readonly spearman: number;
  readonly ndcg: number;
  readonly exponentialNdcg: number;
  readonly top: readonly { readonly mean: number; readonly regret: number }[];
}

/** Returns places, best first; equal scores keep their order. Twice a rank is a whole number, so one key holds both the rank and the place exactly. */
function bestFirst(scores: Float64Array): Float64Array {
  const n = scores.length;
  const keys = ascendingRanks(scores).map((rank, at) => 2 * (n - rank) * n + at);
  return keys.sort().map((key) => key % n);
}

/** Needs at least two candidates. Equal scores keep their order, and NaN counts as -Infinity. */
function measure(scores: Float64Array, candidates: readonly KnownCandidate[]): Measures {
  const own = Float64Array.from(candidates, ({ unit }) => {
    const score = scores[unit]!;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  });
  const truth = Float64Array.from(candidates, ({ accuracy }) => accuracy);
  const accuracies = Array.from(bestFirst(own), (at) => truth[at]!);
  const best = accuracies.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  return {
    kendall: kendall(own, truth),
    spearman: spearman(own, truth),
    ndcg: ndcg(accuracies),
    exponentialNdcg: exponentialNdcg(accuracies),
    top: TOPS.map((k) => {
      const { mean, best: found } = topQuality({ accuracies, k });
      return { mean, regret: best - found };
    }),
  };
}
