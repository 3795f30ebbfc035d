// Compares two searches of one space over the candidates that both ranked.

import { TOPS } from '../ranking/agreement.js';
import { kendall, spearman } from '../ranking/correlation.js';
import { orNull } from '../ranking/or-null.js';
import { order } from '../ranking/order.js';
import { type RankedCohort, scoresOf } from './cohort.js';

export interface BetweenSearches {
  readonly searches: readonly [string, string];
  /** The fields in which the two specifications differ, such as `seed`. */
  readonly differ: readonly string[];
  /** The number of candidates that both searches ranked. */
  readonly candidates: number;
  /** Kendall's tau-b; null for fewer than two common candidates, and where a score is constant. */
  readonly kendall: number | null;
  readonly spearman: number | null;
  /** The numbers of candidates that each search ranked. */
  readonly ranked: readonly [number, number];
  /**
   * The share of the first k, among the common candidates, that both rankings contain, for each k below their
   * number.
   */
  readonly shared: readonly { readonly k: number; readonly share: number }[];
}

interface CommonUnit {
  /** The places of the unit in both cohorts. */
  readonly i: number;
  readonly j: number;
  readonly candidate: string;
}

/** Where one search ranks classes and the other candidates, units of one class are the same, and the first counts. */
function commonUnits(a: RankedCohort, b: RankedCohort): readonly CommonUnit[] {
  const { classOf } = a;
  const keyOf = (unit: string) => (a.unitsAre !== b.unitsAre && classOf ? classOf(unit) : unit);
  const firstPlaces = (units: readonly string[]) => {
    const places = new Map<string, number>();
    units.forEach((unit, at) => {
      const key = keyOf(unit);
      if (!places.has(key)) places.set(key, at);
    });
    return places;
  };
  const inB = firstPlaces(b.units);
  return [...firstPlaces(a.units)].flatMap(([key, i]) => {
    const j = inB.get(key);
    return j === undefined ? [] : [{ i, j, candidate: a.units[i]! }];
  });
}

export function betweenSearches(
  a: RankedCohort,
  b: RankedCohort,
  differ: readonly string[],
): BetweenSearches {
  const common = commonUnits(a, b);
  const candidates = common.map(({ candidate }) => candidate);
  const [scoresA, scoresB] = [scoresOf(a), scoresOf(b)];
  const x = common.map(({ i }) => scoresA[i]!);
  const y = common.map(({ j }) => scoresB[j]!);
  const isEnough = common.length > 1;
  const [first, second] = [order({ scores: x, candidates }), order({ scores: y, candidates })];
  const shared = (k: number) => {
    const top = new Set(first.subarray(0, k));
    return [...second.subarray(0, k)].filter((unit) => top.has(unit)).length / top.size;
  };
  return {
    searches: [a.id, b.id],
    differ,
    candidates: common.length,
    kendall: isEnough ? orNull(kendall(x, y)) : null,
    spearman: isEnough ? orNull(spearman(x, y)) : null,
    ranked: [a.units.length, b.units.length],
    shared: TOPS.filter((k) => k < common.length).map((k) => ({ k, share: shared(k) })),
  };
}
