// Refuses a batch that networks from files do not accept.
import { type Issue, SpecError } from '../../core/errors.js';
import type { Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';

/** A network that only the batch of its export fits. */
export interface KeptBatch {
  readonly name: string;
  readonly batch: number;
}

/** Throws a SpecError for every stage with a batch that one of the networks does not accept. */
export function checkBatches({
  specification,
  kept,
}: {
  readonly specification: Specification;
  readonly kept: readonly KeptBatch[];
}): void {
  const isScreening = specification.strategy.kind === 'screening';
  const issues = stagesOf(specification).flatMap(({ specification: { fidelity } }, i): Issue[] => {
    const [first, ...others] = kept.filter(({ batch }) => batch !== fidelity.batch);
    if (!first) return [];
    const more = others.length === 0 ? '' : ` (and ${others.length} more for theirs)`;
    return [
      {
        path: `${isScreening ? `strategy.rounds.${i}.` : ''}fidelity.batch`,
        message: `found ${fidelity.batch}; ${first.name} holds only for the batch of its export, ${first.batch}${more}: state that batch, or export with a free one (docs/guides/own-network.md)`,
      },
    ];
  });
  if (issues.length) throw new SpecError(issues);
}
