// In: a block as a list of instructions. Out: its shapes, and the key under which blocks of one topology share a program.
import type { Settings } from './operation.js';
import { type OperationName, operation } from './operations.js';
import type { Shape } from './shape.js';

/** One step: value `inputs.length` of the block is made from earlier values; value 0 is the block's input. */
export interface Instruction {
  readonly operation: OperationName;
  readonly inputs: readonly number[];
  readonly settings: Settings;
  /** Slot of the weight, e.g. `edge3`; '' where the operation has none. Further weights have slots that begin with it. */
  readonly slot: string;
}

/** A weight's tensor name under a draw, its shape, and how it is drawn: He normal where nothing is said. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialization?: Initialization;
  readonly cut?: Cut;
}

/**
 * A weight that is the front of a larger one, as a subnetwork's is of its supernet's: candidates of different widths then
 * share what both have. In dimension 0 it may be the front of each of `parts` equal parts.
 */
export interface Cut {
  /** Shape of the larger weight. */
  readonly of: readonly number[];
  readonly parts?: number;
}

/** `he-normal`: He (Kaiming) normal with fan-in, std = sqrt(2 / fan_in). */
export type Initialization =
  | { readonly kind: 'he-normal' }
  | { readonly kind: 'normal'; readonly std: number }
  /** Uniform between -bound and bound. */
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'constant'; readonly value: number };

/**
 * How activations are shaped: a `map` [b, c, h, w], whose samples are its positions, or `tokens` [b n, c], whose samples
 * are the rows: the n tokens of each image, one image after the other.
 */
export type Form = 'map' | 'tokens';

/** One block of a network. `instructions[i]` makes value `i + 1`; the last value is the output. */
export interface Block {
  /** Position in the network, e.g. `block3`; names its weights and signs. */
  readonly name: string;
  /** Of the output, and of the input too, except of a stem's, which is images. */
  readonly form: Form;
  readonly instructions: readonly Instruction[];
  readonly weights: Readonly<Record<string, Weight>>;
}

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

/** Collects instructions; answers the number of each value. */
export class BlockBuilder {
  readonly #name: string;
  readonly #form: Form;
  readonly #instructions: Instruction[] = [];
  readonly #weights: Record<string, Weight> = {};

  constructor({ name, form = 'map' }: { name: string; form?: Form }) {
    this.#name = name;
    this.#form = form;
  }

  /** Adds an instruction and answers the number of its value. */
  add(
    operation: OperationName,
    inputs: readonly number[],
    settings: Settings = {},
    ...weights: readonly (Weight & { slot: string })[]
  ) {
    for (const { slot, ...weight } of weights) this.#weights[slot] = weight;
    this.#instructions.push({ operation, inputs, settings, slot: weights[0]?.slot ?? '' });
    return this.#instructions.length;
  }

  build(): Block {
    return { name: this.#name, form: this.#form, instructions: this.#instructions, weights: this.#weights };
  }
}

/** Blocks with one key differ in weights and sizes alone and run the same program. */
export function topologyKey({ form, instructions }: Block): string {
  const steps = instructions.map(({ operation, inputs, settings, slot }) => {
    const set = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    return `${operation}(${[...inputs, ...set, slot].join(',')})`;
  });
  return `${form} ${steps.join(';')}`;
}

/** Shapes of every value, the input's first. */
export function blockShapes({ block, input }: { block: Block; input: Shape }): readonly Shape[] {
  const shapes: Shape[] = [input];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const weight = slot ? block.weights[slot]!.shape : [];
    shapes.push(operation(name).shape({ inputs: inputs.map((i) => shapes[i]!), weight, settings }));
  }
  return shapes;
}
