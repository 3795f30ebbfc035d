// Computes the counts of a search that people see, over all generations of an evolution.
import type { ShownProgress } from '../core/contract/counts-text.js';
import { countRejected } from '../core/contract/draw-counts.js';
import type { RoundReport, SearchState } from '../core/contract/search.js';
import type { Specification } from '../core/specification/specification.js';

export function countsOf(state: SearchState, { strategy, cohort }: Specification): ShownProgress {
  const { plan, reused, failed, skipped = 0, planned, done, drawn, evolution } = state;
  const share = drawn?.proposed ? { rejectedShare: countRejected(drawn) / drawn.proposed } : {};
  if (strategy.kind !== 'evolution') {
    // Candidates that were set aside before have no score and are not planned either.
    const repeats = state.audited && skipped === 0 && planned < plan.count - reused;
    const scoredAs = cohort === 'classes' ? ('functions' as const) : ('candidates' as const);
    return {
      candidates: plan.count,
      reused,
      failed,
      planned,
      done,
      ...share,
      ...(repeats ? { scoredAs } : {}),
    };
  }
  const { history, over, before } = evolution ?? {};
  const candidates = history?.candidates ?? 0;
  const sum = (name: 'reused' | 'failed' | 'skipped' | 'done', now: number) =>
    (before?.[name] ?? 0) + (over ? 0 : now);
  const found = sum('reused', reused);
  return {
    candidates,
    reused: found,
    failed: sum('failed', failed),
    planned: (over ? candidates : strategy.budget) - found - sum('skipped', skipped),
    done: sum('done', done),
    generation: history?.generations ?? 0,
    ...share,
  };
}

/** The report entry of a finished stage. */
export function roundOf(state: SearchState): Omit<RoundReport, 'fidelity'> {
  const { plan, evolution, startedAt, stageStartedAt } = state;
  const { reused, failed } = evolution?.before ?? state;
  const seconds = (Date.now() - (evolution ? startedAt : stageStartedAt)) / 1000;
  return { candidates: plan.count, reused, failed, seconds };
}
