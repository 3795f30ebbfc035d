// Scores and audits alternately until a plan, or a part of one, is complete.
import { ApplicationFailure } from '@temporalio/workflow';
import type { PartState } from '../core/contract/search-activities.js';
import type { Outcome } from './score-list.js';

/** The number of rounds of scoring and auditing after which a stage gives up on missing scores. */
export const MAX_ROUNDS = 10;

interface ScoreMissingArguments {
  readonly state: () => Pick<PartState, 'todo' | 'attempt' | 'verification'>;
  readonly score: () => Promise<Outcome>;
  /**
   * Verifies scores and discards wrong ones, which the next audit finds missing; absent if nothing is
   * verified.
   */
  readonly verify?: (() => Promise<void>) | undefined;
  /** Finds the missing scores, and counts one more attempt. */
  readonly auditAgain: () => Promise<void>;
  /** Uncounts the last attempt. */
  readonly forgive: () => void;
}

export async function scoreMissing({
  state,
  score,
  verify,
  auditAgain,
  forgive,
}: ScoreMissingArguments): Promise<Outcome> {
  while (state().todo.count > 0 && state().attempt < MAX_ROUNDS) {
    if ((await score()) === 'history is long') return 'history is long';
    const { count } = state().todo;
    await verify?.();
    await auditAgain();
    // A worker that was set aside and still computes wastes rounds. If other workers made progress
    // nevertheless, the round does not count.
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
