// Recognizes the ranking of a completed specification, which no longer names a preset, by its terms.
import type { Measured } from '../ir/measured.js';
import { ASSEMBLY_NAMES, type AssemblyName, termsIn } from './assemblies.js';
import { AZ_NAS_PROXIES } from './families.js';
import { isSameChoice } from './fidelity.js';
import type { Specification } from './specification.js';
import { stagesOf } from './stages.js';

/**
 * The preset that ranks the candidates of the last stage; undefined if other proxies, weights or features do, or a
 * calibration.
 */
export function presetOf(specification: Specification): AssemblyName | undefined {
  return ASSEMBLY_NAMES.find((name) => {
    const { features, weights } = termsIn(name, specification.space);
    return isRankedBy({ specification, features, weights });
  });
}

/** Whether the four proxies of AZ-NAS rank the candidates, with equal weights, at the ends of stages. */
export function isFourAtStages(specification: Specification): boolean {
  const weights = Object.fromEntries(AZ_NAS_PROXIES.map((proxy) => [proxy, 1]));
  return isRankedBy({ specification, features: 'stages', weights });
}

function isRankedBy({
  specification,
  features,
  weights,
}: {
  readonly specification: Specification;
  readonly features: Measured;
  readonly weights: Readonly<Partial<Record<string, number>>>;
}): boolean {
  const { aggregation, proxies } = specification;
  // Specifications of early releases name no features, which were those of all blocks.
  const { features: measured = 'blocks' } = stagesOf(specification).at(-1)!.specification.fidelity;
  return (
    aggregation.kind === 'log-rank' &&
    aggregation.calibration === undefined &&
    proxies.length === Object.keys(weights).length &&
    proxies.every((proxy) => aggregation.weights[proxy] === weights[proxy]) &&
    isSameChoice(measured, features)
  );
}
