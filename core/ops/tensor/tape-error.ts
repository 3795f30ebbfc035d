// Defines the error that refuses a graph: an operation without a rule, shapes that do not fit, tensors that are too large.
import type { IssueReason } from '../../error-codes.js';

/**
 * TapeError is not a RangeError: V8 throws RangeError where memory runs out, which is no fault of the graph
 * and is retried.
 */
export class TapeError extends Error {
  override readonly name = 'TapeError';
  readonly reason: IssueReason;

  constructor(message: string, reason: IssueReason = 'invalid-node') {
    super(message);
    this.reason = reason;
  }
}
