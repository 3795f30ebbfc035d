// Measures which proxies of a cohort are redundant, and how the ranking changes if one is left out.

import { kendall, spearman } from '../ranking/correlation.js';
import { orNull } from '../ranking/or-null.js';
import { bestFirst, meanShares, type RankedCohort, scoresOf } from './cohort.js';
import type { KnownCandidate } from './quality.js';

/** Proxies with at least this correlation are called redundant. */
const REDUNDANT = 0.9;
/** The number of first candidates for which the effect of leaving a proxy out is measured. */
export const LEFT_OUT_TOP = 10;

export interface Redundancy {
  readonly proxies: readonly string[];
  /** Spearman's rho between the mean ranks of any two proxies; null where one of them is constant. */
  readonly correlations: readonly (readonly (number | null)[])[];
  /** Groups of two or more proxies that are linked by correlations of at least REDUNDANT. */
  readonly clusters: readonly (readonly string[])[];
  readonly leftOut: readonly LeftOut[];
}

/** The ranking without one proxy, compared with the ranking of all proxies. */
export interface LeftOut {
  readonly proxy: string;
  /** Kendall's tau between the two rankings; null where one is constant. */
  readonly kendall: number | null;
  /** The number of the first `of` candidates that stay among the first `of`. */
  readonly kept: number;
  readonly of: number;
  /**
   * The increase of Kendall's tau with each data set when the proxy is left out; empty without known
   * accuracies.
   */
  readonly gain: Readonly<Record<string, number | null>>;
}

export type KnownByDataset = ReadonlyMap<string, readonly KnownCandidate[]>;

export function redundancyOf(cohort: RankedCohort, known: KnownByDataset): Redundancy {
  const proxies = [...cohort.ranks.keys()];
  const columns = proxies.map((proxy) => meanShares({ cohort, proxy }));
  const correlations = columns.map((a, i) =>
    columns.map((b, j) => (i === j ? 1 : coefficientOf(spearman, a, b))),
  );
  return {
    proxies,
    correlations,
    clusters: clustersOf(proxies, correlations),
    leftOut: leftOutOf(cohort, known),
  };
}

/** Single linkage: proxies that a chain of high correlations connects form one group. */
function clustersOf(
  proxies: readonly string[],
  correlations: Redundancy['correlations'],
): readonly (readonly string[])[] {
  const groups: Set<number>[] = [];
  for (const i of proxies.keys()) {
    const linked = groups.filter((group) => [...group].some((j) => (correlations[i]![j] ?? 0) >= REDUNDANT));
    const merged = new Set([i, ...linked.flatMap((group) => [...group])]);
    for (const group of linked) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups
    .filter(({ size }) => size > 1)
    .map((group) => [...group].sort((a, b) => a - b).map((i) => proxies[i]!));
}

/** Empty if the score consists of one proxy, and for a calibrated ranking, whose model needs all proxies. */
function leftOutOf(cohort: RankedCohort, known: KnownByDataset): readonly LeftOut[] {
  const weights = Object.entries(cohort.aggregation.weights).filter(([, weight]) => weight !== undefined);
  if (weights.length < 2 || cohort.scoreUnit) return [];
  const all = scoresOf(cohort);
  const top = new Set(bestFirst(cohort, all).subarray(0, LEFT_OUT_TOP));
  const tau = (scores: Float64Array, candidates: readonly KnownCandidate[]) =>
    kendall(
      candidates.map(({ unit }) => scores[unit]!),
      candidates.map(({ accuracy }) => accuracy),
    );
  return weights.map(([proxy]) => {
    const rest = Object.fromEntries(weights.filter(([name]) => name !== proxy));
    const scores = scoresOf(cohort, { weights: rest });
    const first = bestFirst(cohort, scores).subarray(0, LEFT_OUT_TOP);
    return {
      proxy,
      kendall: coefficientOf(kendall, all, scores),
      kept: [...first].filter((unit) => top.has(unit)).length,
      of: top.size,
      gain: Object.fromEntries(
        [...known].map(([dataset, candidates]) => [
          dataset,
          orNull(tau(scores, candidates) - tau(all, candidates)),
        ]),
      ),
    };
  });
}

/** Null where a coefficient is undefined: for one unit alone, and where a column is constant. */
function coefficientOf(
  coefficient: typeof kendall,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number | null {
  return a.length < 2 ? null : orNull(coefficient(a, b));
}
