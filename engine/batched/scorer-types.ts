// Defines the types of the batched scorer: its options and its functions.

import type { Draw } from '../../core/ir/draw.js';
import type { Measured } from '../../core/ir/measured.js';
import type { NetworkScore } from '../network-score.js';
import type { Provider } from './device.js';
import type { StatisticsPool } from './statistics-pool.js';
import type { openSupernet } from './supernet-session.js';

export interface BatchedScorerOptions {
  readonly device: Provider;
  /** Threads of the `cpu` device. */
  readonly threads?: number;
  readonly fidelity: {
    readonly batch: number;
    readonly resolution: number;
    /** The features and blocks that are measured; all of them by default. */
    readonly features?: Measured;
  };
  /** The most candidates in one run; halved when the device has too little memory. */
  readonly size: number;
  /** Computes eigenvalues while the device runs; a pool of the machine's cores but one by default. The scorer closes it. */
  readonly statistics?: StatisticsPool;
  /**
   * Opens a supernet; tests replace it by a device with little memory, and benchmarks by one that is timed.
   */
  readonly open?: typeof openSupernet;
}

export interface BatchedScorer {
  /**
   * The scores in the order of the candidates, a list that must not change afterwards. The score of a
   * candidate does not depend on the others.
   */
  score(args: { readonly candidates: readonly string[]; readonly draw: Draw }): Promise<NetworkScore[]>;
  close(): Promise<void>;
}
