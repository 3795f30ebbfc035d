// Out: what a pool of scorers tells of its processes and of their work, for logs, metrics and traces.
import type { ScoreRequest } from './protocol.js';

export type PoolEvent =
  | { readonly type: 'started' | 'recycled'; readonly pid: number }
  /** A scorer begins with one candidate, or with so many together. */
  | { readonly type: 'sent'; readonly pid: number; readonly candidate?: string; readonly group?: number }
  | {
      readonly type: 'died';
      readonly pid: number;
      readonly cause: string;
      /** What it was scoring: one candidate, or so many together. */
      readonly candidate?: string;
      readonly group?: number;
    };

/** What a scorer was given at once, and for how long it had it; `fault` is what came instead of an answer. */
export interface ScoredBatch {
  readonly pid: number;
  readonly requests: readonly ScoreRequest[];
  readonly seconds: number;
  readonly fault?: string;
}
