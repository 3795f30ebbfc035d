// Builds the graph of tensor expressions in which rules are written: each value is a primitive applied to
// earlier values.
import type { Shape } from '../ir/shape.js';
import type { Attributes } from '../onnx/graph.js';

/**
 * A tensor: a primitive applied to other tensors. A name that begins with a capital letter is the ONNX
 * operator of that name, which every memory layout writes unchanged. The other names are the primitives of
 * primitives.ts, which a lowering writes.
 */
export interface Value {
  readonly tape: Tape;
  /** Position on the tape; a value comes after all of its inputs. */
  readonly index: number;
  readonly primitive: string;
  /** `undefined` stands for an absent optional input. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  /** The shape of one image's activation; undefined in a program for several shapes. */
  readonly shape: Shape | undefined;
}

export interface Application {
  readonly primitive: string;
  readonly inputs?: readonly (Value | undefined)[];
  readonly attributes?: Attributes;
  readonly shape?: Shape | undefined;
}

/** No attributes. Values share this object, because passes look up the text of attributes by identity. */
export const NONE: Attributes = {};

/** Cache of the attributes of scalars; all rules together use about ten scalars. */
const scalars = new Map<number, Attributes>();

/** Cache of the attributes' text, because passes copy values together with their attributes. */
const texts = new WeakMap<Attributes, string>();

function textOf(attributes: Attributes): string {
  const known = texts.get(attributes);
  if (known !== undefined) return known;
  const text = JSON.stringify(attributes);
  texts.set(attributes, text);
  return text;
}

function areEqual(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  return a !== NONE && b !== NONE && textOf(a) === textOf(b);
}

function hasInputs({ inputs }: Value, others: readonly (Value | undefined)[]): boolean {
  if (inputs.length !== others.length) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i] !== others[i]) return false;
  return true;
}

/**
 * Records applications of primitives. Applying a primitive again to the same inputs returns the existing
 * value (common subexpression elimination), so a vector-Jacobian product may repeat parts of the forward
 * pass, and nothing is computed twice.
 */
export class Tape {
  readonly #values: Value[] = [];
  /** The values whose first input is value `i - 1`, at index `i`; at index 0 those without a first input. */
  readonly #readers: (Value[] | undefined)[] = [undefined];

  /** All values, in the order in which they were applied. */
  get values(): readonly Value[] {
    return this.#values;
  }

  apply({ primitive, inputs = [], attributes = NONE, shape }: Application): Value {
    const first = inputs[0] === undefined ? 0 : inputs[0].index + 1;
    const readers = this.#readers[first];
    if (readers)
      for (const known of readers)
        if (
          known.primitive === primitive &&
          hasInputs(known, inputs) &&
          areEqual(known.attributes, attributes)
        )
          return known;
    const value = { tape: this, index: this.#values.length, primitive, inputs, attributes, shape };
    this.#values.push(value);
    this.#readers.push(undefined);
    if (readers) readers.push(value);
    else this.#readers[first] = [value];
    return value;
  }

  /** Applies an ONNX operator. The shape of the result is left unknown. */
  onnx(operator: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value {
    return this.apply({ primitive: operator, inputs, ...(attributes ? { attributes } : {}) });
  }

  /** Applies an ONNX operator with several results. */
  onnxResults(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes & { readonly results: number },
  ): readonly Value[] {
    const all = this.onnx(operator, inputs, attributes);
    return Array.from({ length: attributes.results }, (_, index) =>
      this.apply({ primitive: 'result', inputs: [all], attributes: { index } }),
    );
  }

  /** A named input of the program. */
  input(name: string, shape?: Shape): Value {
    return this.apply({ primitive: 'input', attributes: { name }, shape });
  }

  /** The weight of a slot. */
  weight(slot: string): Value {
    return this.apply({ primitive: 'weight', attributes: { slot } });
  }

  /** A float32 scalar. */
  float(value: number): Value {
    const known = scalars.get(value);
    const attributes = known ?? { type: 'float', dims: [], data: [value] };
    if (!known) scalars.set(value, attributes);
    return this.apply({ primitive: 'constant', attributes });
  }

  /** A float32 vector. */
  floats(...data: number[]): Value {
    return this.constant({ type: 'float', dims: [data.length], data });
  }

  /** An int64 vector, for axes and shapes. */
  ints(...data: number[]): Value {
    return this.constant({ type: 'int64', dims: [data.length], data });
  }

  constant(content: {
    readonly type: 'float' | 'int64';
    readonly dims: readonly number[];
    readonly data: readonly number[];
  }): Value {
    return this.apply({ primitive: 'constant', attributes: content });
  }
}
