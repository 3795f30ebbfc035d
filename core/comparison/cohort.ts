// Holds the values that a search measured for its ranked candidates, a column for each proxy and draw, and
// computes scores from any choice of them.
import { rankTerm } from '../ranking/aggregate.js';
import { order } from '../ranking/order.js';
import { ascendingRanks } from '../ranking/ranks.js';

export interface Aggregation {
  readonly kind: 'log-rank' | 'linear-rank';
  /** The weight of each proxy. */
  readonly weights: Readonly<Partial<Record<string, number>>>;
}

/** m units, each scored under every draw. A unit is a candidate, or the representative of a class. */
export interface Cohort {
  /** The id of the search. */
  readonly id: string;
  /** The texts of the units [m], in any order. */
  readonly units: readonly string[];
  /**
   * A ranked candidate of a unit, where its text is another one, as that of a class is; at least for the best
   * units.
   */
  readonly writtenAs?: ReadonlyMap<string, string> | undefined;
  /** `classes`: each unit represents the candidates that are the same function. */
  readonly unitsAre?: 'candidates' | 'classes' | undefined;
  /** A text that candidates of one class share. */
  readonly classOf?: ((unit: string) => string) | undefined;
  /** For each proxy, a column [m] for each draw. */
  readonly values: ReadonlyMap<string, readonly Float64Array[]>;
  readonly aggregation: Aggregation;
  /** For a calibrated ranking, computes the score of a unit from its text and its rank shares in the order of `values`. */
  readonly scoreUnit?: ((unit: string, shares: readonly number[]) => number) | undefined;
  /** Columns [m] of the units' costs, by `flops`, `parameters` or `depth`, as far as the space knows them. */
  readonly costs: ReadonlyMap<string, Float64Array>;
}

/** A cohort with the ranks of each column, from which every score is computed. */
export interface RankedCohort extends Cohort {
  /** For each proxy, the ranks [m] under each draw, 1 for the smallest value. */
  readonly ranks: ReadonlyMap<string, readonly Float64Array[]>;
  readonly draws: number;
}

export function rankCohort(cohort: Cohort): RankedCohort {
  const ranks = new Map([...cohort.values].map(([proxy, draws]) => [proxy, draws.map(ascendingRanks)]));
  const [first] = ranks.values();
  return { ...cohort, ranks, draws: first?.length ?? 0 };
}

/**
 * The weights of the proxies, and the draws that count, possibly several times; every draw once by default.
 */
export interface Choice {
  readonly weights?: Aggregation['weights'];
  readonly draws?: readonly number[];
}

/** Scores [m], as defined by `aggregate` in core/ranking. */
export function scoresOf(cohort: RankedCohort, choice: Choice = {}): Float64Array {
  const { kind, weights: own } = cohort.aggregation;
  const m = cohort.units.length;
  const { scoreUnit, units } = cohort;
  if (scoreUnit && !choice.weights) {
    const columns = [...cohort.ranks.keys()].map((proxy) =>
      meanShares({ cohort, proxy, draws: choice.draws }),
    );
    return Float64Array.from(units, (unit, i) =>
      scoreUnit(
        unit,
        columns.map((column) => column[i]!),
      ),
    );
  }
  const scores = new Float64Array(m);
  for (const [proxy, weight] of Object.entries(choice.weights ?? own)) {
    if (weight === undefined) continue;
    const shares = meanShares({ cohort, proxy, draws: choice.draws });
    for (let i = 0; i < m; i += 1) scores[i] = scores[i]! + rankTerm({ kind, weight, share: shares[i]! });
  }
  return scores;
}

/** The mean rank over the draws, divided by m; 1 is the best. */
export function meanShares({
  cohort,
  proxy,
  draws,
}: {
  readonly cohort: RankedCohort;
  readonly proxy: string;
  readonly draws?: readonly number[] | undefined;
}): Float64Array {
  const m = cohort.units.length;
  const columns = cohort.ranks.get(proxy)!;
  const chosen = draws ?? [...columns.keys()];
  const sum = new Float64Array(m);
  for (const draw of chosen) {
    const column = columns[draw]!;
    for (let i = 0; i < m; i += 1) sum[i] = sum[i]! + column[i]!;
  }
  return sum.map((total) => total / chosen.length / m);
}

/** The indices of units, best first. */
export function bestFirst({ units }: Pick<Cohort, 'units'>, scores: ArrayLike<number>): Uint32Array {
  return order({ scores, candidates: units });
}
