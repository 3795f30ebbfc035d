// Defines a space of more than a billion candidates with a short definition, for searches of any size.
import { candidateAt, printCandidate } from '../../core/spaces/custom/candidate.js';
import { checkDefinition } from '../../core/spaces/custom/schema.js';
import type { SpaceSpecification } from '../../core/specification/space.js';

const STAGES = 4;
const WIDTHS = 200;

export const SIZE = WIDTHS ** STAGES;

const definition = checkDefinition({
  value: {
    input: { resolution: 32 },
    classes: 10,
    stages: Array.from({ length: STAGES }, () => ({
      block: 'conv',
      width: Array.from({ length: WIDTHS }, (_, i) => 4 * (i + 1)),
    })),
  },
  source: 'bench:scale',
});

export const LARGE_SPACE: SpaceSpecification = { kind: 'custom', definition };

export function candidateOf(index: number): string {
  return printCandidate(definition, candidateAt(definition, index));
}
