// In: nothing. Out: what a stack scorer is made with, what it can do, and what it tells along the way.

import type { Draw } from '../../core/ir/draw.js';
import type { Measured } from '../../core/ir/network.js';
import type { Dialect } from '../../core/spaces/nas-bench-201/batched/kit.js';
import type { NetworkScore } from '../network-score.js';
import type { DeviceOptions } from './device.js';
import type { openStackSession } from './stack-session.js';

export interface StackScorerOptions extends DeviceOptions {
  readonly batch: number;
  readonly resolution: number;
  /** Which features and blocks are measured; all by default. */
  readonly features?: Measured;
  /** The most candidates of a stack; halved when the device has too little memory. */
  readonly size: number;
  readonly dialect?: Dialect;
  /** Threads for eigenvalues: without, one for each core but one; 0 computes them between runs. */
  readonly statisticsThreads?: number;
  readonly onEvent?: (event: StackEvent) => void;
  /** Opens the program; tests put a device with little memory here. */
  readonly openSession?: typeof openStackSession;
}

export type StackEvent =
  | { readonly type: 'opened'; readonly size: number; readonly nodes: number; readonly milliseconds: number }
  | { readonly type: 'ran'; readonly candidates: number; readonly milliseconds: number }
  | { readonly type: 'out-of-memory'; readonly size: number; readonly message: string };

export interface StackScorer {
  /** Opens the program and runs one stack of these candidates: the first run on a GPU plans its convolutions. */
  prepare(args: { candidates: readonly string[]; draw: Draw }): Promise<{
    openMilliseconds: number;
    runMilliseconds: number;
  }>;
  /** Makes a draw's tensors, which a first call of `score` would do. */
  prepareDraw(draw: Draw): void;
  /**
   * Scores in the order of the candidates, a list that is not changed afterwards. What a candidate scores does not depend
   * on the others.
   */
  score(args: { candidates: readonly string[]; draw: Draw }): Promise<NetworkScore[]>;
  /** Time that eigenvalues took so far, over all threads, in milliseconds. */
  statisticsMilliseconds(): number;
  /** Candidates of a stack of the open program, and its nodes; sizes that were too large. */
  size(): number;
  nodes(): number;
  outOfMemory(): readonly number[];
  /** Shares of used slots in the stacks of these candidates. */
  fill(candidates: readonly string[]): { stacks: number; convolutions: number; all: number };
  close(): Promise<void>;
}
