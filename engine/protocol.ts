// In: nothing. Out: the messages between a worker and its scorer processes (child_process IPC, advanced serialization).
import type { SpaceSpecification } from '../core/spec/space.js';

/** One candidate to be scored under some draws. */
export interface ScoreRequest {
  readonly space: SpaceSpecification;
  readonly candidate: string;
  readonly seed: number;
  readonly fidelity: {
    readonly batch: number;
    readonly resolution: number;
    readonly weights: 'shared' | 'candidate';
  };
  readonly draws: readonly number[];
}

/** Raw proxies of each requested draw, in the order of the request. */
export type ScoreResult = readonly Readonly<Record<string, number>>[];

export type ToScorer = { readonly type: 'score'; readonly id: number; readonly request: ScoreRequest };

export type FromScorer =
  | { readonly type: 'ready' }
  | {
      readonly type: 'scored';
      readonly id: number;
      readonly result: ScoreResult;
      readonly residentBytes: number;
    }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string; readonly detail: string };
