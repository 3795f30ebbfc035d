// Ranks a finished search by each draw alone, to show how stable its top is between draws.
import { aggregate } from '../core/ranking/aggregate.js';
import { order } from '../core/ranking/order.js';
import { type ScoredSearch, scoredUnits } from './scored-units.js';

/** Scored units, best first, once for each draw. */
export async function drawRankings(search: ScoredSearch): Promise<readonly (readonly string[])[]> {
  const scores = await scoredUnits(search);
  const units = [...scores.keys()];
  const { proxies, aggregation, fidelity } = search.specification;
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
