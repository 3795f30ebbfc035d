// Defines a block of a network: a list of instructions with weights, and the key under which blocks share a
// program.

/** The names of the operations in blocks; core/ops/operations.ts has a row for each. */
export type OperationName =
  | 'conv'
  | 'depthwise'
  | 'batchNorm'
  | 'relu'
  | 'averagePool'
  | 'sum'
  | 'zero'
  | 'linear'
  | 'layerNorm'
  | 'gelu'
  | 'attention'
  | 'patchEmbedding'
  | 'classToken'
  | 'positions';

/** Static settings of an operation; they are part of a program's topology. */
export type Settings = Readonly<Record<string, number>>;

/**
 * One operation: instruction `i` of a block computes value `i + 1` from earlier values; value 0 is the
 * block's input.
 */
export interface Instruction {
  readonly operation: OperationName;
  readonly inputs: readonly number[];
  readonly settings: Settings;
  /**
   * The slot of the weight, e.g. `edge3`; '' for an operation without weights. Slots of further weights
   * extend it: `edge3.bias`.
   */
  readonly slot: string;
}

/** A weight: its tensor's name in a draw, its shape, and its initialization (He normal by default). */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialization?: Initialization;
  readonly cut?: Cut;
}

/**
 * Makes a weight a slice of a larger one, as the weight of a subnetwork is of a supernet's. The slice holds
 * the first indices of each dimension, so that candidates of different widths share the weights that both
 * have. In dimension 0 it may hold the first indices of each of `parts` equal parts.
 */
export interface Cut {
  /** The shape of the larger weight. */
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
 * The form of activations: a `map` [b, c, h, w], whose samples are the positions of all images, or `tokens`
 * [b n, c], whose samples are the rows, n tokens of each image, image after image.
 */
export type Form = 'map' | 'tokens';

/** One block of a network. `instructions[i]` computes value `i + 1`; the last value is the output. */
export interface Block {
  /** The position in the network, e.g. `block3`, which is part of the names of the block's weights. */
  readonly name: string;
  /** The form of the output, and also of the input unless the block is a stem, whose input is images. */
  readonly form: Form;
  readonly instructions: readonly Instruction[];
  readonly weights: Readonly<Record<string, Weight>>;
}

/** Builds a block instruction by instruction. */
export class BlockBuilder {
  readonly #name: string;
  readonly #form: Form;
  readonly #instructions: Instruction[] = [];
  readonly #weights: Record<string, Weight> = {};

  constructor({ name, form = 'map' }: { readonly name: string; readonly form?: Form }) {
    this.#name = name;
    this.#form = form;
  }

  /**
   * Adds an instruction and returns the number of its value, which later ones may name among their `inputs`; 0 is the
   * block's input. core/ops/operations.ts lists the operations. Throws where a slot has another weight already.
   */
  // biome-ignore lint/complexity/useMaxParams: the weights are a list
  add(
    operation: OperationName,
    inputs: readonly number[],
    settings: Settings = {},
    ...weights: readonly (Weight & { slot: string })[]
  ) {
    for (const { slot, ...weight } of weights) {
      const other = this.#weights[slot];
      if (other && other.name !== weight.name)
        throw new Error(
          `slot "${slot}" of ${this.#name} has the weight "${other.name}" already; name another slot`,
        );
      this.#weights[slot] = weight;
    }
    this.#instructions.push({ operation, inputs, settings, slot: weights[0]?.slot ?? '' });
    return this.#instructions.length;
  }

  /** The block, whose output is the last value. */
  build(): Block {
    return { name: this.#name, form: this.#form, instructions: this.#instructions, weights: this.#weights };
  }
}

/** Blocks with the same key differ only in weights and sizes and run the same program. */
export function topologyKey({ form, instructions }: Block): string {
  const known = stepTexts.get(instructions);
  const steps = known ?? textOf(instructions);
  if (known === undefined) stepTexts.set(instructions, steps);
  return `${form} ${steps}`;
}

/** Cache of the text of instructions, because blocks of a stage share them and keys are compared often. */
const stepTexts = new WeakMap<readonly Instruction[], string>();

function textOf(instructions: readonly Instruction[]): string {
  const steps = instructions.map(({ operation, inputs, settings, slot }) => {
    const set = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    return `${operation}(${[...inputs, ...set, slot].join(',')})`;
  });
  return steps.join(';');
}
