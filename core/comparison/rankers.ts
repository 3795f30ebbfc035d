// Lists the rankings that a comparison evaluates: the search's own, equal weights, each proxy alone, and
// costs alone.
import { type RankedCohort, scoresOf } from './cohort.js';

export type RankerKind = 'aggregation' | 'proxy' | 'cost';

export interface Ranker {
  readonly name: string;
  readonly kind: RankerKind;
  /** Scores [m], higher is better. */
  readonly scores: Float64Array;
}

/** The names of the search's own aggregation, and of its proxies with equal weights. */
export const OWN = 'this ranking';
const EQUAL = 'equal weights';

export function rankersOf(cohort: RankedCohort): readonly Ranker[] {
  const proxies = [...cohort.ranks.keys()];
  const equal = Object.fromEntries(proxies.map((proxy) => [proxy, 1]));
  const isWeighted = cohort.scoreUnit || new Set(Object.values(cohort.aggregation.weights)).size > 1;
  return [
    { name: OWN, kind: 'aggregation', scores: scoresOf(cohort) },
    ...(isWeighted
      ? [{ name: EQUAL, kind: 'aggregation', scores: scoresOf(cohort, { weights: equal }) } as const]
      : []),
    ...proxies.map(
      (proxy): Ranker => ({
        name: proxy,
        kind: 'proxy',
        scores: scoresOf(cohort, { weights: { [proxy]: 1 } }),
      }),
    ),
    ...[...cohort.costs]
      .filter(([cost]) => !proxies.includes(cost) && !(cost === 'flops' && proxies.includes('complexity')))
      .map(([name, scores]): Ranker => ({ name, kind: 'cost', scores })),
  ];
}
