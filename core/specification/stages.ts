// Splits a specification into its stages: one, or a stage for each round of screening.
import type { Evolution } from './evolution.js';
import type { Specification } from './specification.js';

export type Source = Exclude<Specification['strategy'], { kind: 'screening' | 'evolution' }>;

export interface Stage {
  /** The specification with this stage's fidelity. */
  readonly specification: Specification;
  /** Share of the candidates that go on to the next stage; absent in the last. */
  readonly keep?: number;
}

/** Stages in order; a search without screening has one. */
export function stagesOf(specification: Specification): readonly Stage[] {
  const { strategy } = specification;
  if (strategy.kind !== 'screening') return [{ specification }];
  return strategy.rounds.map(({ fidelity, keep }) => ({
    specification: { ...specification, fidelity },
    ...(keep === undefined ? {} : { keep }),
  }));
}

/** Whether no two candidates of a plan are scored as one, so that earlier candidates need not be remembered. */
export function isDistinct(specification: Specification): boolean {
  const { kind } = sourceOf(specification);
  return specification.cohort === 'written' && (kind === 'exhaustive' || kind === 'random');
}

/** Where the candidates of the first stage come from; an evolution breeds its own. */
export function sourceOf({ strategy }: Specification): Source | Evolution {
  return strategy.kind === 'screening' ? strategy.source : strategy;
}
