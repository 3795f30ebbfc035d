// Defines a candidate's network as the engine scores it: a stem, blocks, and which of them are measured.
import type { Block } from './block.js';

/** The stem and the blocks of a network. Its features are the outputs of the stem and of each block. */
export interface Network {
  readonly stem: Block;
  readonly blocks: readonly Block[];
  /**
   * The trainability of an identity block, whose vector-Jacobian product equals the Rademacher probe: `worst`
   * is minus infinity (convolutional networks), `skipped` leaves the block out of the mean (transformers).
   */
  readonly identities: 'worst' | 'skipped';
  /**
   * The layers after the last feature, for export only: the mean over positions (of tokens: over patches) and
   * a linear layer.
   */
  readonly classifier?: Classifier;
  /**
   * Indices of the blocks that end a stage, in ascending order, in a space that has stages. In custom spaces, a stage
   * without a block repeats the end of the stage before it, or has -1 where there is none. See core/ir/measured.ts.
   */
  readonly stageEnds?: readonly number[];
  /**
   * The part at the beginning of the network that the engine may share with other candidates: only the stem,
   * where all blocks change together; otherwise leading blocks too.
   */
  readonly common?: 'stem';
  /** The number of channels of the images; 3 by default. */
  readonly inputChannels?: number;
}

export interface Classifier {
  readonly classes: number;
  /**
   * Whether a normalization precedes the mean: batch normalization and ReLU for a map, layer normalization
   * for tokens.
   */
  readonly normalized: boolean;
}
