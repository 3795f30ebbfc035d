// Refuses proxies of the gradient of the class scores' sum where that gradient is zero, and warns where it is
// zero for a part of the networks.
import { type Issue, SpecError } from '../errors.js';
import type { Space } from '../spaces/space.js';
import { hasConstantScores } from '../spaces/whole-network.js';
import { familyOf, needsOf } from './families.js';
import { candidatesToExamine, type SampledCandidate } from './sample-warnings.js';
import type { Specification } from './specification.js';
import { stagesOf } from './stages.js';

/**
 * The warnings, for random candidates of the space by default. Networks that were read from files need their
 * structures. Throws SpecError where all of the candidates have a gradient of zero.
 */
export function checkScoreGradients({
  specification,
  space,
  candidates,
}: {
  readonly specification: Specification;
  readonly space: Space;
  readonly candidates?: readonly SampledCandidate[] | undefined;
}): readonly Issue[] {
  const { proxies } = specification;
  const reading = proxies.filter((proxy) => needsOf(familyOf(proxy)).includes('input-jacobian'));
  const { resolution } = stagesOf(specification).at(-1)!.specification.fidelity;
  if (reading.length === 0 || resolution % space.resolutionStep() !== 0) return [];
  const examined =
    candidates ?? (space.structureOf ? [] : candidatesToExamine(space).map((candidate) => ({ candidate })));
  const known = examined.filter(({ candidate }) => resolution % space.resolutionStep(candidate) === 0);
  const constant = known.filter((each) => hasConstantScores({ space, resolution, ...each }));
  if (constant.length === 0) return [];
  const named = reading.join(', ');
  const cause =
    'end with batch normalization before the mean over positions: the sum of the class scores over a batch is the same for all images, and its gradient, which these proxies compare, is zero but for rounding';
  if (constant.length === known.length)
    throw SpecError.of({
      path: 'proxies',
      message: `${named} cannot be computed in this space of kind ${space.kind}, whose networks ${cause}; leave ${reading.length > 1 ? 'them' : 'it'} out`,
    });
  const message = `${named} compares rounding errors for ${constant.length} of ${known.length} networks of this space that were examined, which ${cause}`;
  return [{ path: 'proxies', message }];
}
