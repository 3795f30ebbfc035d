// The error of a search that ended without results.
import type { AdviceCode } from '../../core/errors.js';
import type { Ending } from '../status/failure.js';

/**
 * A search that ended without results. `reason` says why, `advice` what to do, and `adviceCode` the same for
 * programs.
 */
export class SearchFailedError extends Error {
  override readonly name = 'SearchFailedError';
  readonly code = 'search-failed';
  readonly field = 'id';
  readonly reason: string;
  readonly advice: string;
  readonly adviceCode: AdviceCode;

  constructor({ id, reason, advice, adviceCode }: Ending & { readonly id: string }) {
    super(`search "${id}" has no results: ${reason}; ${advice}`);
    this.reason = reason;
    this.advice = advice;
    this.adviceCode = adviceCode;
  }
}
