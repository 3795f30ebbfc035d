// In: what a plan, or a part of one, lacks. Out: nothing is missing any more: scored and audited in turns.
import { ApplicationFailure } from '@temporalio/workflow';
import type { PartState } from '../core/spec/search.js';

/** Rounds of scoring and auditing before a stage gives up on what is still missing. */
export const MAX_ROUNDS = 10;

export async function scoreMissing({
  state,
  score,
  auditAgain,
}: {
  state: () => Pick<PartState, 'todo' | 'attempt'>;
  score: () => Promise<'finished' | 'history is long'>;
  /** Finds what is missing now; one attempt more. */
  auditAgain: () => Promise<void>;
}): Promise<'finished' | 'history is long'> {
  while (state().todo.count > 0 && state().attempt < MAX_ROUNDS) {
    if ((await score()) === 'history is long') return 'history is long';
    await auditAgain();
  }
  const { count } = state().todo;
  if (count === 0) return 'finished';
  throw ApplicationFailure.nonRetryable(
    `${count} candidates have no score after ${MAX_ROUNDS} rounds: the score store loses what it acknowledges`,
  );
}
