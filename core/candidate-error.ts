// Defines the error that sets one candidate aside, with its reason, and leaves the rest of its shard alone.

/**
 * `crash`: the candidate's scorer died; `timeout`, `memory`: it exceeded a limit; `not-a-number`: a proxy is
 * NaN; `invalid`: the text is no candidate of the space; `error`: anything else, which the message explains.
 */
export type FailureReason = 'crash' | 'timeout' | 'memory' | 'not-a-number' | 'invalid' | 'error';

/** A candidate that could not be scored after every retry. */
export class CandidateError extends Error {
  override readonly name = 'CandidateError';
  readonly reason: FailureReason;

  constructor({ reason, detail }: { readonly reason: FailureReason; readonly detail: string }) {
    super(detail);
    this.reason = reason;
  }
}
