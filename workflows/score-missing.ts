// Scores and audits in turns until a plan, or a part of one, lacks nothing.
import { ApplicationFailure } from '@temporalio/workflow';
import type { PartState } from '../core/contract/search-activities.js';
import type { Outcome } from './score-list.js';

/** Rounds of scoring and auditing before a stage gives up on what is still missing. */
export const MAX_ROUNDS = 10;

export async function scoreMissing({
  state,
  score,
  verify,
  auditAgain,
  forgive,
}: {
  state: () => Pick<PartState, 'todo' | 'attempt' | 'verification'>;
  score: () => Promise<Outcome>;
  /** Takes wrong scores out again, which the next audit finds missing; absent where nothing is verified. */
  verify?: (() => Promise<void>) | undefined;
  /** Finds what is missing now, and counts one attempt more. */
  auditAgain: () => Promise<void>;
  /** Takes the last attempt off the count. */
  forgive: () => void;
}): Promise<Outcome> {
  while (state().todo.count > 0 && state().attempt < MAX_ROUNDS) {
    if ((await score()) === 'history is long') return 'history is long';
    const { count } = state().todo;
    await verify?.();
    await auditAgain();
    // A worker that was set aside and goes on computing wastes rounds. Where other workers got further all the same, the round does not count.
    const wasted = (state().verification?.setAside.length ?? 0) > 0;
    if (wasted && state().todo.count < count) forgive();
  }
  const { count } = state().todo;
  if (count === 0) return 'finished';
  const setAside = state().verification?.setAside ?? [];
  const why =
    setAside.length > 0
      ? `workers that were set aside go on working, and their scores are not taken: ${setAside.join(', ')}; stop them`
      : 'the score store loses what it acknowledges';
  throw ApplicationFailure.create({
    type: 'TerminalError',
    message: `${count} candidates have no score after ${MAX_ROUNDS} rounds: ${why}`,
    nonRetryable: true,
    details: [{ code: 'scores-lost' }],
  });
}
