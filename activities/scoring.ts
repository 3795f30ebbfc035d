// Out: what the score activity needs of the engine, without importing it.
import type { Device } from '../core/spec/devices.js';
import type { ScoreRequest, ScoreResult } from '../engine/protocol.js';

export interface Scoring {
  readonly device: Device;
  /** Candidates that are scored at the same time. */
  readonly size: number;
  /** CandidateError where this candidate cannot be scored; any other error is the machine's and is retried. Lower turns go first. */
  score(request: ScoreRequest, turn: number): Promise<ScoreResult>;
  /** Called once for every candidate computed and stored: the record of what was paid for. */
  onScored(event: CandidateEvent): void;
  /** Called once for every candidate that was set aside. */
  onFailed(event: CandidateEvent & { readonly reason: string; readonly detail: string }): void;
}

export interface CandidateEvent {
  readonly search: string;
  readonly shard: number;
  readonly candidate: string;
}
