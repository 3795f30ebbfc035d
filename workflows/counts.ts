// In: the state of a search. Out: the counts that people see, over all generations of an evolution.
import { rejectedOf } from '../core/spec/drawn.js';
import type { RoundReport, SearchProgress, SearchState } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';

type Counts = Pick<
  SearchProgress,
  'candidates' | 'reused' | 'failed' | 'planned' | 'done' | 'generation' | 'rejectedShare'
>;

export function countsOf(state: SearchState, { strategy }: Specification): Counts {
  const { plan, reused, failed, planned, done, drawn, evolution } = state;
  const share = drawn?.proposed ? { rejectedShare: rejectedOf(drawn) / drawn.proposed } : {};
  if (strategy.kind !== 'evolution')
    return { candidates: plan.count, reused, failed, planned, done, ...share };
  const { history, over, before } = evolution ?? {};
  const candidates = history?.candidates ?? 0;
  const sum = (name: 'reused' | 'failed' | 'done', now: number) => (before?.[name] ?? 0) + (over ? 0 : now);
  const found = sum('reused', reused);
  return {
    candidates,
    reused: found,
    failed: sum('failed', failed),
    planned: (over ? candidates : strategy.budget) - found,
    done: sum('done', done),
    generation: history?.generations ?? 0,
    ...share,
  };
}

export function countsText({
  candidates,
  reused,
  planned,
  done,
  failed,
  generation,
  rejectedShare,
}: Counts): string {
  const which = generation === undefined ? '' : `generation ${generation}, `;
  const rejected = rejectedShare === undefined ? '' : `, ${(rejectedShare * 100).toFixed(1)} % rejected`;
  return `${which}${candidates} candidates, ${reused} reused, ${done} of ${planned} done, ${failed} set aside${rejected}`;
}

/** What a stage that is done leaves in the report. */
export function roundOf(state: SearchState): Omit<RoundReport, 'fidelity'> {
  const { plan, evolution, startedAt, stageStartedAt } = state;
  const { reused, failed } = evolution?.before ?? state;
  const seconds = (Date.now() - (evolution ? startedAt : stageStartedAt)) / 1000;
  return { candidates: plan.count, reused, failed, seconds };
}
