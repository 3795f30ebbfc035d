// Defines what a scorer pool reports about its processes and their work, for logs, metrics and traces.
import type { ScoreRequest } from './protocol.js';

export type PoolEvent =
  | { readonly type: 'started' | 'recycled'; readonly pid: number }
  /** A scorer received one candidate or a group of candidates. */
  | { readonly type: 'sent'; readonly pid: number; readonly candidate?: string; readonly group?: number }
  | {
      readonly type: 'died';
      readonly pid: number;
      readonly cause: string;
      /** The candidate that it was scoring, or the size of its group. */
      readonly candidate?: string;
      readonly group?: number;
    };

/**
 * The requests that a scorer received at once, and the time that they took. `fault` says what happened if
 * there was no answer.
 */
export interface ScoredBatch {
  readonly pid: number;
  readonly requests: readonly ScoreRequest[];
  readonly seconds: number;
  readonly fault?: string;
}
