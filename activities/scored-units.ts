// Reads what a finished search scored: every unit with its proxies under each draw.
import type { ScoreAddress, SearchResult } from '../core/contract/search.js';
import { readFailuresCsv } from '../core/report/failures-csv.js';
import type { Specification } from '../core/specification/specification.js';
import type { Proxies, Store } from '../store/store.js';
import { lookUp, memberBatches } from './cohort.js';

export interface ScoredSearch {
  readonly store: Store;
  readonly specification: Specification;
  /** Where the scores of the search are. */
  readonly address: ScoreAddress;
  readonly result: Pick<SearchResult, 'plan' | 'failures'>;
}

export interface ScoredUnits {
  /** The proxies of each unit by draw, in the order of the plan. Units that were set aside are left out. */
  readonly scores: ReadonlyMap<string, readonly Proxies[]>;
  /** The number of ranked units whose scores are no longer stored; they are missing in `scores`. */
  readonly lost: number;
}

export async function readScoredUnits({
  store,
  specification,
  address,
  result: { plan, failures },
}: ScoredSearch): Promise<ScoredUnits> {
  const scores = new Map<string, readonly Proxies[]>();
  /** One candidate of each unit without scores. */
  const without = new Map<string, string>();
  for await (const members of memberBatches({ store, specification, plan })) {
    const units = [...new Set(members.map(({ unit }) => unit))].filter((unit) => !scores.has(unit));
    const found = await lookUp({ store, specification, address, units });
    units.forEach((unit, i) => {
      if (!found[i]!.includes(undefined)) scores.set(unit, found[i] as readonly Proxies[]);
    });
    for (const { candidate, unit } of members) if (!scores.has(unit)) without.set(unit, candidate);
  }
  if (without.size === 0) return { scores, lost: 0 };
  const text = new TextDecoder().decode(await store.blobs.get(failures));
  const setAside = new Set(readFailuresCsv(text).map(({ candidate }) => candidate));
  const lost = [...without.values()].filter((candidate) => !setAside.has(candidate)).length;
  return { scores, lost };
}
