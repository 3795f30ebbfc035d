// Defines a candidate's network as the engine sees it: a stem, blocks, and which of them are measured.
import type { Block } from './block.js';

/** The stem, then the blocks. The features are the outputs of the stem and of each block. */
export interface Network {
  readonly stem: Block;
  readonly blocks: readonly Block[];
  /**
   * The trainability of an identity block, whose vector-Jacobian product is the Rademacher probe itself: minus infinity
   * (convolutional networks), or the mean over blocks skips it (transformers).
   */
  readonly identities: 'worst' | 'skipped';
  /** The layers after the last feature, for export only: the mean over positions (of tokens: over patches) and a linear layer. */
  readonly classifier?: Classifier;
  /** Positions of the blocks that end a stage, in a space that has stages; see core/ir/measured.ts. */
  readonly stageEnds?: readonly number[];
  /** How much of it other candidates may share at the beginning: `stem` where all blocks change together, otherwise blocks too. */
  readonly common?: 'stem';
  /** Channels of the images; 3 by default. */
  readonly inputChannels?: number;
}

export interface Classifier {
  readonly classes: number;
  /** Whether batch normalization and ReLU of a map, or layer normalization of tokens, precede the mean. */
  readonly normalized: boolean;
}
