// Reads what a finished search scored: every unit with its proxies under each draw.
import type { CandidateListRef, ScoreAddress } from '../core/contract/search.js';
import type { Specification } from '../core/specification/specification.js';
import type { Proxies, Store } from '../store/store.js';
import { lookUp, memberBatches } from './cohort.js';

export interface ScoredSearch {
  readonly store: Store;
  readonly specification: Specification;
  /** Where the scores of the search are. */
  readonly address: ScoreAddress;
  readonly plan: CandidateListRef;
}

/** The proxies of each unit by draw, in the order of the plan. Units that were set aside are left out. */
export async function readScoredUnits({
  store,
  specification,
  address,
  plan,
}: ScoredSearch): Promise<ReadonlyMap<string, readonly Proxies[]>> {
  const scores = new Map<string, readonly Proxies[]>();
  for await (const members of memberBatches({ store, specification, plan })) {
    const units = [...new Set(members.map(({ unit }) => unit))].filter((unit) => !scores.has(unit));
    const found = await lookUp({ store, specification, address, units });
    units.forEach((unit, i) => {
      if (!found[i]!.includes(undefined)) scores.set(unit, found[i] as readonly Proxies[]);
    });
  }
  return scores;
}
