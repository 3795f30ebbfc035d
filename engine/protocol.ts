// Defines the messages between a worker and its scorer processes (child_process IPC, advanced serialization).
import type { FailureReason } from '../core/candidate-error.js';
import type { Measured } from '../core/ir/measured.js';
import type { Precision } from '../core/onnx/graph.js';
import type { Costs } from '../core/spaces/space.js';
import type { FamilyName } from '../core/specification/families.js';
import type { OwnProxySpecification } from '../core/specification/own-proxies.js';
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
    /** `float32` if absent. */
    readonly precision?: Precision | undefined;
  };
  readonly draws: readonly number[];
  /** The structure of the candidate (core/graph/structure.ts), in a space whose networks are graphs. */
  readonly structure?: string;
  /** Images that are used instead of noise. */
  readonly images?: ImagesFile;
  /** The class of each image of the specification, used instead of random classes. */
  readonly labels?: readonly number[];
  /** Asks for details in addition to the proxies. Only the `cpu` device provides them. */
  readonly report?: 'details';
  /** The families of proxies to compute; az-nas alone if absent. */
  readonly families?: readonly FamilyName[];
  /** The modules of the family `own`. */
  readonly own?: readonly OwnProxySpecification[];
}

/** The raw proxies of each requested draw, in the order of the request. */
export type ScoreResult = readonly Readonly<Record<string, number>>[];

/** The measurements from which a candidate's proxies were computed. */
export interface ScoreDetails {
  readonly costs: Costs;
  /** The measurements of each requested draw. */
  readonly networks: readonly NetworkScore[];
}

export interface ScoredCandidate {
  readonly result: ScoreResult;
  /** Details, where the request asked for them. */
  readonly details?: ScoreDetails;
}

/**
 * The score of one candidate, or the reason why it has none. `fault` is one of the machine, under which any candidate
 * would have failed.
 */
export type Outcome =
  | ScoredCandidate
  | { readonly reason: FailureReason; readonly detail: string }
  | { readonly fault: string };

/** Candidates that are scored together; a single one if the device scores one by one. */
export type ToScorer = {
  readonly type: 'score';
  readonly id: number;
  readonly requests: readonly ScoreRequest[];
};

export type FromScorer =
  | { readonly type: 'ready' }
  /** The outcomes in the order of the requests. */
  | {
      readonly type: 'scored';
      readonly id: number;
      readonly outcomes: readonly Outcome[];
      readonly residentBytes: number;
    }
  /**
   * Before `ready`, the scorer cannot start. After it, the process must not be used again, and the candidate
   * at fault is not known.
   */
  | { readonly type: 'broken'; readonly detail: string };
