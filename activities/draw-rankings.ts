// Ranks a finished search by each draw alone, to show how stable its top is between draws.

import type { CandidateListRef, ScoreAddress } from '../core/contract/search.js';
import { aggregate } from '../core/ranking/aggregate.js';
import { order } from '../core/ranking/order.js';
import type { Specification } from '../core/specification/specification.js';
import type { Proxies, Store } from '../store/store.js';
import { lookUp, memberBatches } from './cohort.js';

/** Scored units, best first, once for each draw. */
export async function drawRankings({
  store,
  specification,
  address,
  plan,
}: {
  store: Store;
  specification: Specification;
  /** Where the scores of the search are. */
  address: ScoreAddress;
  plan: CandidateListRef;
}): Promise<readonly (readonly string[])[]> {
  const scores = new Map<string, readonly Proxies[]>();
  for await (const members of memberBatches({ store, specification, plan })) {
    const units = [...new Set(members.map(({ unit }) => unit))].filter((unit) => !scores.has(unit));
    const found = await lookUp({ store, specification, address, units });
    units.forEach((unit, i) => {
      if (!found[i]!.includes(undefined)) scores.set(unit, found[i] as readonly Proxies[]);
    });
  }
  const units = [...scores.keys()];
  const { proxies, aggregation, fidelity } = specification;
  return Array.from({ length: fidelity.draws }, (_, draw) => {
    const columns = proxies.map((proxy) => ({
      proxy,
      weight: aggregation.weights[proxy]!,
      draws: [Float64Array.from(scores.values(), (draws) => draws[draw]![proxy]!)],
    }));
    const rows = order({ scores: aggregate({ columns, kind: aggregation.kind }), candidates: units });
    return Array.from(rows, (row) => units[row]!);
  });
}
