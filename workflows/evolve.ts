// In: an evolution's state. Out: generations bred and scored, one after the other, until the budget is spent.
import { workflowInfo } from '@temporalio/workflow';
import type { EvolutionState, SearchState } from '../core/contract/search.js';
import type { BreedResult } from '../core/contract/search-activities.js';

/** What a state holds of one plan; each plan begins with it. */
export const NOT_BEGUN = {
  audited: false,
  todo: { digest: '', count: 0 },
  planned: 0,
  done: 0,
  reused: 0,
  failed: 0,
  attempt: 0,
  nextShard: 0,
  parts: undefined,
} as const satisfies Partial<SearchState>;

export const FIRST_GENERATION: EvolutionState = {
  scored: true,
  over: false,
  before: { reused: 0, failed: 0, done: 0 },
};

/**
 * Breeding reads the history from the store, so a run that dies, pauses or continues as new goes on where it was. When
 * it is over, the plan is everything that was ever bred.
 */
export async function evolve({
  state,
  update,
  breed,
  scorePlan,
}: {
  state: () => SearchState;
  update: (change: Partial<SearchState>) => void;
  breed: (evolution: EvolutionState) => Promise<BreedResult>;
  /** Scores the plan, one generation. */
  scorePlan: () => Promise<'finished' | 'history is long'>;
}): Promise<'finished' | 'history is long'> {
  for (;;) {
    const { evolution = FIRST_GENERATION, reused, failed, done } = state();
    if (evolution.over) return 'finished';
    if (!evolution.scored) {
      if ((await scorePlan()) === 'history is long') return 'history is long';
      update({ evolution: { ...evolution, scored: true } });
      continue;
    }
    if (workflowInfo().continueAsNewSuggested) return 'history is long';
    const { outcome, plan, history, ended } = await breed(evolution);
    const { before } = evolution;
    const totals = {
      reused: before.reused + reused,
      failed: before.failed + failed,
      done: before.done + done,
    };
    const over = outcome === 'over';
    update({
      ...NOT_BEGUN,
      plan,
      drawn: history.drawn,
      evolution: { history, scored: over, over, before: totals, ...(ended ? { ended } : {}) },
    });
  }
}
