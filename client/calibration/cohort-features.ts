// Computes the inputs of a calibration for the candidates of a finished search: rank shares of proxies, and graph features.

import { graphOf } from '../../activities/rank/calibrated.js';
import type { Known } from '../../core/calibration/features.js';
import { meanShares, rankCohort } from '../../core/comparison/cohort.js';
import type { ComparedSearch } from '../../core/comparison/comparison.js';
import { SpecError } from '../../core/errors.js';
import type { Measured } from '../../core/ir/measured.js';
import type { Space } from '../../core/spaces/space.js';
import type { ProxyName, Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { FinishedSearch } from '../comparison/read-cohort.js';

export interface CohortFeatures {
  readonly proxies: readonly ProxyName[];
  /** The features of a network that the proxies of the search read. */
  readonly measured: Measured;
  /** The weights of the search, in the order of `proxies`. */
  readonly weights: readonly number[];
  /** Returns the inputs for the unit with this index. Graph features are computed on demand and cached. */
  readonly of: (unit: number) => Known;
}

/** Throws a SpecError if the score of the search is not a sum of logarithms. */
export function collectCohortFeatures({
  search,
  compared,
  space,
}: {
  readonly search: FinishedSearch;
  readonly compared: ComparedSearch;
  readonly space: Space;
}): CohortFeatures {
  const { specification } = stagesOf(search.memo.specification).at(-1)!;
  const { aggregation, proxies, fidelity } = specification;
  if (aggregation.kind !== 'log-rank')
    throw SpecError.of({
      path: 'id',
      message: `"${search.id}" adds ${aggregation.kind}; must be a search with aggregation log-rank, which calibration corrects`,
    });
  const cohort = rankCohort(compared.cohort);
  const columns = proxies.map((proxy) => meanShares({ cohort, proxy }));
  const known = new Map<number, Known>();
  const { resolution } = fidelity;
  const look = (unit: number): Known => ({
    shares: columns.map((column) => column[unit]!),
    graph: graphOf({ space, candidate: cohort.units[unit]!, resolution }),
  });
  return {
    proxies,
    measured: fidelity.features,
    weights: weightsOf(specification),
    of: (unit) => {
      const found = known.get(unit) ?? look(unit);
      known.set(unit, found);
      return found;
    },
  };
}

function weightsOf({ proxies, aggregation }: Specification): readonly number[] {
  return proxies.map((proxy) => aggregation.weights[proxy]!);
}
