// Defines what the score activities need of the engine, so that they need not import it.
import type { Device } from '../core/specification/devices.js';
import type { ScoreRequest, ScoreResult } from '../engine/protocol.js';

export interface Scoring {
  readonly device: Device;
  /** The name of the worker, written beside every score. */
  readonly worker: string;
  /** Aborted when the worker is set aside; other workers then compute what it had started. */
  readonly standing: AbortSignal;
  /** The number of candidates that are scored at the same time. */
  readonly size: number;
  /** The number of scorer processes of this worker that died and were replaced. */
  countDeaths(): number;
  /**
   * Throws CandidateError if this candidate cannot be scored; any other error is the machine's and is
   * retried. Lower turns go first.
   */
  score(request: ScoreRequest, turn: number): Promise<ScoreResult>;
  /** Called once for every candidate that was computed and stored. */
  onScored(event: CandidateEvent): void;
  /** Called when scores of another worker have been computed again. */
  onVerified(counts: { readonly agreed: number; readonly disagreed: number; readonly failed: number }): void;
  /** Called once for every candidate that was set aside. */
  onFailed(event: CandidateEvent & { readonly reason: string; readonly detail: string }): void;
}

export interface CandidateEvent {
  readonly search: string;
  readonly shard: number;
  readonly candidate: string;
}
