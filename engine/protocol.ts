// Defines the messages between a worker and its scorer processes (child_process IPC, advanced serialization).
import type { FailureReason } from '../core/candidate-error.js';
import type { Measured } from '../core/ir/measured.js';
import type { Costs } from '../core/spaces/space.js';
import type { FamilyName } from '../core/specification/families.js';
import type { SpaceSpecification } from '../core/specification/space.js';
import type { ImagesFile } from './images.js';
import type { NetworkScore } from './network-score.js';

/** One candidate to be scored under some draws. */
export interface ScoreRequest {
  readonly space: SpaceSpecification;
  readonly candidate: string;
  readonly seed: number;
  readonly fidelity: {
    readonly batch: number;
    readonly resolution: number;
    readonly weights: 'shared' | 'candidate';
    readonly features: Measured;
  };
  readonly draws: readonly number[];
  /** The structure of the candidate (core/graph/structure.ts), where the networks of the space are graphs. */
  readonly structure?: string;
  /** Images that replace the noise. */
  readonly images?: ImagesFile;
  /** Asks for details beside the proxies. Only the `cpu` device has them. */
  readonly report?: 'details';
  /** Families of proxies to compute; az-nas alone where it is not said. */
  readonly families?: readonly FamilyName[];
}

/** Raw proxies of each requested draw, in the order of the request. */
export type ScoreResult = readonly Readonly<Record<string, number>>[];

/** The measurements that the proxies of a candidate were computed from. */
export interface ScoreDetails {
  readonly costs: Costs;
  /** The measurements of each requested draw. */
  readonly networks: readonly NetworkScore[];
}

export interface Scored {
  readonly result: ScoreResult;
  /** Details, where the request asked for them. */
  readonly details?: ScoreDetails;
}

/** The score of one candidate, or the reason why it has none. */
export type Outcome = Scored | { readonly reason: FailureReason; readonly detail: string };

/** Candidates that are scored together; one where the device scores one by one. */
export type ToScorer = {
  readonly type: 'score';
  readonly id: number;
  readonly requests: readonly ScoreRequest[];
};

export type FromScorer =
  | { readonly type: 'ready' }
  /** Outcomes in the order of the requests. */
  | {
      readonly type: 'scored';
      readonly id: number;
      readonly outcomes: readonly Outcome[];
      readonly residentBytes: number;
    }
  /**
   * Before `ready`: the scorer cannot start. After it: the process must not be used again; it is not known which candidate was
   * the cause.
   */
  | { readonly type: 'broken'; readonly detail: string };
