// Breeds and scores the generations of an evolution, one after the other, until its budget is spent.
import { workflowInfo } from '@temporalio/workflow';
import type { EvolutionState, SearchState } from '../core/contract/search.js';
import { decideAddresses } from './address.js';
import { control } from './control.js';
import { countLost } from './lost-scores.js';
import type { Outcome } from './score-list.js';
import { scorePlan } from './score-plan.js';
import type { SearchRun } from './search-run.js';

/** The initial values of the fields in a search's state that belong to one plan. */
export const NOT_BEGUN = {
  audited: false,
  todo: { digest: '', count: 0 },
  planned: 0,
  done: 0,
  reused: 0,
  failed: 0,
  skipped: 0,
  attempt: 0,
  nextShard: 0,
  parts: undefined,
} as const satisfies Partial<SearchState>;

const FIRST_GENERATION: EvolutionState = {
  scored: true,
  over: false,
  before: { reused: 0, failed: 0, done: 0 },
};

/**
 * Breeding reads the history from the store, so a run that dies, pauses or continues as new resumes where it
 * was. At the end, the plan is everything that was bred.
 */
export async function evolve(run: SearchRun): Promise<Outcome> {
  for (;;) {
    const { evolution = FIRST_GENERATION } = run.state;
    if (evolution.over) return 'finished';
    if (!evolution.scored) {
      if ((await scorePlan(run)) === 'history is long') return 'history is long';
      run.update({ evolution: { ...evolution, scored: true } });
      continue;
    }
    if (workflowInfo().continueAsNewSuggested) return 'history is long';
    await breedGeneration(run, evolution);
  }
}

/** Makes the next generation the plan, and adds the counts of the last one to the totals. */
async function breedGeneration(run: SearchRun, { history, before }: EvolutionState): Promise<void> {
  const total = addCounts(before, run.state);
  run.display.show('breeding');
  await decideAddresses(run);
  const summary = `generation ${(history?.generations ?? 0) + 1}`;
  const bred = await control.breedGeneration.executeWithOptions({ summary }, [
    { ...run.scoring, ...(history ? { history } : {}) },
  ]);
  const over = bred.outcome === 'over';
  const known = bred.history.candidates - bred.plan.count - total.failed;
  const lost = bred.outcome === 'missing' ? countLost({ reused: total.reused, known }) : 0;
  run.update({
    ...NOT_BEGUN,
    plan: bred.plan,
    drawn: bred.history.drawn,
    evolution: {
      history: bred.history,
      scored: over,
      over,
      before: { ...total, reused: total.reused - lost },
      ...(bred.ended ? { ended: bred.ended } : {}),
    },
  });
}

function addCounts(
  before: EvolutionState['before'],
  now: EvolutionState['before'],
): EvolutionState['before'] {
  return {
    reused: before.reused + now.reused,
    failed: before.failed + now.failed,
    skipped: (before.skipped ?? 0) + (now.skipped ?? 0),
    done: before.done + now.done,
  };
}
