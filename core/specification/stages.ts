// Splits a specification into its stages: one, or a stage for each round of screening.
import type { Evolution } from './evolution.js';
import type { Specification } from './specification.js';

export type Source = Exclude<Specification['strategy'], { kind: 'screening' | 'evolution' }>;

export interface Stage {
  /** The specification with the fidelity of this stage. */
  readonly specification: Specification;
  /** The share of the candidates that go on to the next stage; absent in the last one. */
  readonly keep?: number;
}

/** The stages in order; a search without screening has one. */
export function stagesOf(specification: Specification): readonly Stage[] {
  const { strategy } = specification;
  if (strategy.kind !== 'screening') return [{ specification }];
  return strategy.rounds.map(({ fidelity, keep }) => ({
    specification: { ...specification, fidelity },
    ...(keep === undefined ? {} : { keep }),
  }));
}

/**
 * Whether all candidates of a plan are known to be distinct, so that earlier candidates need not be
 * remembered.
 */
export function isDistinct(specification: Specification): boolean {
  const { kind } = sourceOf(specification);
  return specification.cohort === 'written' && (kind === 'exhaustive' || kind === 'random');
}

/** The source of the candidates of the first stage; undefined for an evolution, which breeds its own. */
export function sourceOf({ strategy }: Specification): Source | Evolution {
  return strategy.kind === 'screening' ? strategy.source : strategy;
}
