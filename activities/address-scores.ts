// In: a specification, an engine. Out: the scopes under which all its stages' scores are, made once and then carried by the search.
import { scoreScope } from '../core/address.js';
import type { AddressedInput, RoundReport, ScoreAddress, ScoreAddresses } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { ENGINE_VERSION } from '../core/engine-version.js';
import type { Specification } from '../core/specification/specification.js';
import { stagesOf } from '../core/specification/stages.js';

export const addressScores: SearchActivities['addressScores'] = async ({
  specification,
  engine = ENGINE_VERSION,
}) => ({
  engine,
  scopes: stagesOf(specification).map((stage) => scoreScope(stage.specification, engine)),
});

/** The address that came with the input; a search that an earlier release began has that of this worker's engine. */
export function addressOf({ specification, address }: AddressedInput): ScoreAddress {
  return address ?? { engine: ENGINE_VERSION, scope: scoreScope(specification) };
}

/** As `addressOf`, for all rounds of a finished search. */
export function addressesOf({
  specification,
  rounds,
}: {
  specification: Specification;
  rounds: readonly RoundReport[];
}): ScoreAddresses {
  const scopes = rounds.map(({ fidelity }) => scoreScope({ ...specification, fidelity }));
  return { engine: ENGINE_VERSION, scopes };
}
