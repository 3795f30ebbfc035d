// In: why one candidate cannot be scored. Out: the error that sets it aside without touching its shard.

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
