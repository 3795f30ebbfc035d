// Ranks a finished search by each draw alone, to show how stable its top is between draws.
import { aggregate } from '../core/ranking/aggregate.js';
import { order } from '../core/ranking/order.js';
import { ascendingRanks } from '../core/ranking/ranks.js';
import { readCalibratedScore, type ScoreUnit } from './rank/calibrated.js';
import { readScoredUnits, type ScoredSearch } from './scored-units.js';

/** Scored units, best first, once for each draw; undefined where scores of ranked units are no longer stored. */
export async function drawRankings(
  search: ScoredSearch,
): Promise<readonly (readonly string[])[] | undefined> {
  const { scores, lost } = await readScoredUnits(search);
  if (lost > 0) return undefined;
  const units = [...scores.keys()];
  const { store, specification } = search;
  const { proxies, aggregation, fidelity } = specification;
  const scoreUnit = await readCalibratedScore({ blobs: store.blobs, specification });
  return Array.from({ length: fidelity.draws }, (_, draw) => {
    const columns = proxies.map((proxy) => ({
      proxy,
      weight: aggregation.weights[proxy]!,
      draws: [Float64Array.from(scores.values(), (draws) => draws[draw]![proxy]!)],
    }));
    const own = scoreUnit
      ? computeCalibratedScores({ units, columns, scoreUnit })
      : aggregate({ columns, kind: aggregation.kind });
    const rows = order({ scores: own, candidates: units });
    return Array.from(rows, (row) => units[row]!);
  });
}

function computeCalibratedScores({
  units,
  columns,
  scoreUnit,
}: {
  readonly units: readonly string[];
  readonly columns: readonly { readonly draws: readonly Float64Array[] }[];
  readonly scoreUnit: ScoreUnit;
}): Float64Array {
  const ranks = columns.map(({ draws }) => ascendingRanks(draws[0]!));
  const m = units.length;
  return Float64Array.from(units, (unit, i) =>
    scoreUnit(
      unit,
      ranks.map((column) => column[i]! / m),
    ),
  );
}
