// Reads the rounds of a screening: the candidates of each, and how well its order of those that reached the last
// round agrees with the order of the last one.
import { addressOfResult } from '../../activities/address-scores.js';
import { readScoredUnits, type ScoredUnits } from '../../activities/scored-units.js';
import { rankCohort, scoresOf } from '../../core/comparison/cohort.js';
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import { kendall } from '../../core/ranking/correlation.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { Store } from '../../store/store.js';
import type { Results } from './results.js';

/** The scores of more candidates are not held in memory. */
const MOST_COMPARED = 200_000;

export interface ScreeningRound {
  readonly candidates: number;
  readonly failed: number;
  readonly seconds: number;
  /** The number of random draws of the round's fidelity. */
  readonly draws: number;
  /**
   * Kendall's tau-b with the last round over the candidates that reached it, ranked among themselves; null for
   * the last round, for fewer than two, and where scores are gone.
   */
  readonly agreement: number | null;
}

export interface RoundsRequest {
  readonly store: Store;
  readonly memo: SearchMemo;
  readonly result: SearchResult;
  readonly results: Results;
}

/** Empty for a search without screening. */
export async function readRounds({
  store,
  memo,
  result,
  results,
}: RoundsRequest): Promise<readonly ScreeningRound[]> {
  const { rounds = [] } = results.summary;
  const stages = stagesOf(memo.specification);
  if (stages.length < 2 || stages.length !== rounds.length) return [];
  const isSmall = result.plan.count <= MOST_COMPARED;
  const scoredIn = (stage: number): Promise<ScoredUnits> => {
    const { specification } = stages[stage]!;
    const address = addressOfResult({ specification, result, stage });
    return readScoredUnits({ store, specification, address, result });
  };
  const last = isSmall ? await scoredIn(stages.length - 1) : undefined;
  const found: ScreeningRound[] = [];
  for (const [stage, { candidates, failed, seconds }] of rounds.entries()) {
    const isCompared = last && stage < stages.length - 1;
    const agreement = isCompared ? agreementOf(memo, await scoredIn(stage), last) : null;
    const { draws } = stages[stage]!.specification.fidelity;
    found.push({ candidates, failed, seconds, draws, agreement });
  }
  return found;
}

function agreementOf({ specification }: SearchMemo, scored: ScoredUnits, last: ScoredUnits): number | null {
  // Every candidate of the last round had a score in each of them.
  if (scored.lost + last.lost > 0) return null;
  const units = [...last.scores.keys()].filter((unit) => scored.scores.has(unit));
  if (units.length < 2) return null;
  const scores = [scored.scores, last.scores].map((from) => {
    const draws = from.get(units[0]!)!.length;
    const column = (proxy: string, draw: number) =>
      Float64Array.from(units, (unit) => from.get(unit)![draw]![proxy]!);
    const values = new Map(
      specification.proxies.map((proxy) => [
        proxy,
        Array.from({ length: draws }, (_, draw) => column(proxy, draw)),
      ]),
    );
    const { aggregation } = specification;
    return scoresOf(rankCohort({ id: '', units, values, aggregation, costs: new Map() }));
  });
  const tau = kendall(scores[0]!, scores[1]!);
  return Number.isNaN(tau) ? null : tau;
}
