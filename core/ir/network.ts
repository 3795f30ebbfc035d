// A candidate network as the engine sees it: a stem, its blocks, and what is measured of them.
import type { Block } from './block.js';

/** A candidate as the engine sees it: the stem, then the blocks; features are the stem's output and each block's. */
export interface Network {
  readonly stem: Block;
  readonly blocks: readonly Block[];
  /**
   * What a block counts whose vector-Jacobian product is the signs themselves: minus infinity (convolutional networks),
   * or it is skipped in the mean over blocks (transformers).
   */
  readonly identities: 'worst' | 'skipped';
  /** What comes after the last feature: pooling over positions (of tokens: over patches) and a linear layer; for export, no proxy looks at it. */
  readonly classifier?: Classifier;
  /** Numbers of the blocks that end a stage, where the space has stages; see `measuredBlocks`. */
  readonly stageEnds?: readonly number[];
  /** What other candidates can begin with as well: the stem alone where all blocks change together, else blocks too. */
  readonly common?: 'stem';
  /** Of the images; 3 where nothing is said. */
  readonly inputChannels?: number;
}

export interface Classifier {
  readonly classes: number;
  /** Before the pooling: batch normalization and ReLU of a map, layer normalization of tokens. */
  readonly normalized: boolean;
}

/** Which features and blocks are measured: all, as published, or those at the ends of stages. */
export type Measured = 'blocks' | 'stages';

/** Whether each block is measured. Blocks that are not only pass their output on. */
export function measuredBlocks({ network, features }: { network: Network; features: Measured }): boolean[] {
  const ends = features === 'stages' ? network.stageEnds : undefined;
  return network.blocks.map((_, index) => ends?.includes(index) ?? true);
}
