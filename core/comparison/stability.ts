// Measures without any accuracy how far a ranking depends on its random draws, and which proxies give the
// best candidates their scores.
import { rankTerm } from '../ranking/aggregate.js';
import { TOPS } from '../ranking/agreement.js';
import { kendall } from '../ranking/correlation.js';
import { orNull } from '../ranking/or-null.js';
import { intervalOf, resamples } from './bootstrap.js';
import { bestFirst, meanShares, type RankedCohort, scoresOf } from './cohort.js';

/** The number of best candidates that are described individually. */
export const WINNERS = 20;
const RESAMPLES = 200;
/**
 * A candidate that is among the first TRAINED in at least 5 % of the resamples may be the best, and is worth
 * training.
 */
const TRAINED = 5;
const TRAINED_SHARE = 0.05;
/** Of a larger share of a cohort, chance alone would keep so much that it says little how much stays. */
export const TELLING = 1 / 5;

export interface DrawAgreement {
  /** The mean Kendall's tau between the rankings of single draws; null where they are constant. */
  readonly kendall: number | null;
  /**
   * The mean share of the first k that a ranking from resampled draws has in common with this one, for each k
   * below the number of units.
   */
  readonly stays: readonly { readonly k: number; readonly share: number }[];
  /** The same for the first ten, or in a cohort of less than fifty for its first fifth. */
  readonly first: { readonly k: number; readonly share: number };
  /** The number of candidates that are among the first five in at least 5 % of the resamples. */
  readonly contenders: number;
  /** The least k for which the first k of this ranking contain all of these. */
  readonly contendersWithin: number;
}

export interface Winner {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  /** The 95 % interval of its rank when the draws are resampled with replacement; null for one draw. */
  readonly ranks: readonly [number, number] | null;
  /** The share of the resamples in which it stays among the first ten; null for one draw. */
  readonly staysInTop10: number | null;
  /**
   * For each proxy, the share of the cohort that the candidate is at least as good as, and the proxy's
   * contribution to the score. The contribution is null for a calibrated ranking, whose score is no sum.
   */
  readonly from: Readonly<Record<string, { readonly share: number; readonly term: number | null }>>;
}

export interface Stability {
  readonly draws: number;
  /** Null for a search with one draw. */
  readonly betweenDraws: DrawAgreement | null;
  readonly winners: readonly Winner[];
}

/** `seed` determines which draws are resampled. */
export function stabilityOf(cohort: RankedCohort, seed: number, winners: number = WINNERS): Stability {
  const { draws, units } = cohort;
  const scores = scoresOf(cohort);
  const inOrder = bestFirst(cohort, scores);
  const resampled = draws > 1 ? ranksOfResamples(cohort, seed) : [];
  const shares = new Map([...cohort.ranks.keys()].map((proxy) => [proxy, meanShares({ cohort, proxy })]));
  const best = Array.from(inOrder.subarray(0, winners), (unit, at): Winner => {
    const ranks = resampled.map((each) => each[unit]!);
    return {
      rank: at + 1,
      candidate: cohort.writtenAs?.get(units[unit]!) ?? units[unit]!,
      score: scores[unit]!,
      ranks: intervalOf(ranks),
      staysInTop10: ranks.length > 0 ? ranks.filter((rank) => rank <= 10).length / ranks.length : null,
      from: sourcesOf({ cohort, shares, unit }),
    };
  });
  const betweenDraws = draws > 1 ? agreementOf({ cohort, inOrder, resampled }) : null;
  return { draws, betweenDraws, winners: best };
}

/** How many of the first stay there, for the first one, and for numbers of which chance would not keep most. */
export function tellingStays({ stays, first }: DrawAgreement, candidates: number): DrawAgreement['stays'] {
  const telling = stays.filter(({ k }) => k === 1 || k <= candidates * TELLING);
  return telling.some(({ k }) => k === first.k) ? telling : [...telling, first];
}

/** For each resample of the draws, the rank of every unit, 1 for the best. */
function ranksOfResamples(cohort: RankedCohort, seed: number): readonly Uint32Array[] {
  const { draws, units } = cohort;
  const drawn = resamples({ n: draws, count: RESAMPLES, key: { seed, draw: 0, name: 'draws' } });
  // The result does not depend on the order of the draws in a resample, so few draws have few different
  // resamples.
  const known = new Map<string, Uint32Array>();
  return drawn.map((sample) => {
    const chosen = [...sample].sort((a, b) => a - b);
    const key = chosen.join(' ');
    const ranks = known.get(key) ?? new Uint32Array(units.length);
    if (!known.has(key)) {
      const inOrder = bestFirst(cohort, scoresOf(cohort, { draws: chosen }));
      inOrder.forEach((unit, at) => {
        ranks[unit] = at + 1;
      });
      known.set(key, ranks);
    }
    return ranks;
  });
}

function agreementOf({
  cohort,
  inOrder,
  resampled,
}: {
  readonly cohort: RankedCohort;
  readonly inOrder: Uint32Array;
  readonly resampled: readonly Uint32Array[];
}): DrawAgreement {
  const alone = Array.from({ length: cohort.draws }, (_, draw) => scoresOf(cohort, { draws: [draw] }));
  const taus = alone.flatMap((a, i) =>
    alone.slice(i + 1).map((b) => (a.length < 2 ? Number.NaN : kendall(a, b))),
  );
  const m = cohort.units.length;
  const staysOf = (k: number) => {
    const top = inOrder.subarray(0, k);
    const shares = resampled.map((ranks) => top.filter((unit) => ranks[unit]! <= k).length / top.length);
    return { k, share: mean(shares) };
  };
  const stays = TOPS.filter((k) => k < m).map(staysOf);
  const first = staysOf(Math.min(10, Math.max(1, Math.floor(m * TELLING))));
  const contends = (unit: number) =>
    resampled.filter((ranks) => ranks[unit]! <= TRAINED).length >= TRAINED_SHARE * resampled.length;
  const contenders = inOrder.filter(contends);
  return {
    kendall: orNull(mean(taus)),
    stays,
    first,
    contenders: contenders.length,
    contendersWithin: inOrder.indexOf(contenders.at(-1)!) + 1,
  };
}

function sourcesOf({
  cohort: {
    aggregation: { kind, weights },
    scoreUnit,
  },
  shares,
  unit,
}: {
  readonly cohort: RankedCohort;
  readonly shares: ReadonlyMap<string, Float64Array>;
  readonly unit: number;
}): Winner['from'] {
  const weighted = Object.entries(weights).flatMap(([proxy, weight]) =>
    weight === undefined ? [] : [[proxy, weight] as const],
  );
  return Object.fromEntries(
    weighted.map(([proxy, weight]) => {
      const share = shares.get(proxy)![unit]!;
      return [proxy, { share, term: scoreUnit ? null : rankTerm({ kind, weight, share }) }];
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
