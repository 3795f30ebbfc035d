// Defines the error that sets one candidate aside, with its reason, and leaves the rest of its shard alone.

/** `crash`: its scorer died; `timeout`, `memory`: it took too much; `not-a-number`: a proxy is NaN; `invalid`: no such candidate. */
export type FailureReason = 'crash' | 'timeout' | 'memory' | 'not-a-number' | 'invalid' | 'error';

/** One candidate that cannot be scored, after every retry. */
export class CandidateError extends Error {
  override readonly name = 'CandidateError';
  readonly reason: FailureReason;

  constructor({ reason, detail }: { reason: FailureReason; detail: string }) {
    super(detail);
    this.reason = reason;
  }
}
