// Out: what the score activity needs of the engine, without importing it.
import type { ShardResult } from '../core/spec/search.js';
import type { ScoreRequest, ScoreResult } from '../engine/protocol.js';

export interface Scoring {
  /** Candidates that are scored at the same time. */
  readonly size: number;
  /** CandidateError where this candidate cannot be scored; any other error is the machine's and is retried. Lower turns go first. */
  score(request: ScoreRequest, turn: number): Promise<ScoreResult>;
  /** Called once for every candidate computed and stored: the record of what was paid for. */
  onScored(event: { search: string; shard: number; candidate: string }): void;
  /** Called once for every shard that was finished here. */
  onShard(result: ShardResult): void;
}
