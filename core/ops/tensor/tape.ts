// Records operations on tensors whose shapes are known, infers shapes, and folds constants.
import type { NumberType } from '../../onnx/tensor-values.js';
import { checkRank, sizeOf } from './shapes.js';
import type { Attributes, Signature } from './signature.js';
import { TapeError } from './tape-error.js';

/** The number of a value on its tape. */
export type Id = number;

/** A tensor on the tape: an operation and its inputs, or an input, weight or constant. */
export interface Value {
  readonly id: Id;
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** The operation that computes it; undefined for inputs, weights and constants. */
  readonly op?: string;
  readonly inputs: readonly Id[];
  readonly attributes: Attributes;
  /** Numbers that are known when the program is written, row-major. */
  readonly constant?: Float64Array;
  /** The name in the program of an input or a weight. */
  readonly port?: string;
}

const LARGEST = 2 ** 31;
/** The largest number of elements of a folded constant; larger results are computed by the program. */
export const LARGEST_FOLDED = 2 ** 22;
/** The most elements of all constants together: 512 MB. */
const MOST_CONSTANTS = 2 ** 26;
const MOST_VALUES = 1_000_000;

export class Tape {
  readonly values: Value[] = [];
  readonly #rules: Readonly<Record<string, Signature>>;
  readonly #known = new Map<string, Id>();
  /** How often a value was added, where it was more than once. */
  readonly #repeats = new Map<Id, number>();
  /** The number of elements of all constants. */
  #constants = 0;

  constructor(rules: Readonly<Record<string, Signature>>) {
    this.#rules = rules;
  }

  get(id: Id): Value {
    return this.values[id]!;
  }

  shape(id: Id): readonly number[] {
    return this.values[id]!.shape;
  }

  /** Adds a tensor that is an input of the program. */
  port(port: string, shape: readonly number[]): Id {
    return this.#push({ shape, type: 'float', inputs: [], attributes: {}, port });
  }

  constant(
    constant: Float64Array | readonly number[],
    shape: readonly number[],
    type: NumberType = 'float',
  ): Id {
    // Nobody changes the numbers of a constant, so that arrays may be shared.
    const values = constant instanceof Float64Array ? constant : Float64Array.from(constant);
    if (values.length !== sizeOf(shape))
      throw new TapeError(`${values.length} numbers for the shape [${shape}]`);
    const key = values.length <= 64 ? `constant ${type} [${shape}] ${values.join(' ')}` : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    this.checkRoom(values.length);
    this.#constants += values.length;
    const id = this.#push({ shape, type, inputs: [], attributes: {}, constant: values });
    if (key !== undefined) this.#known.set(key, id);
    return id;
  }

  /** Throws TapeError if the graph has no room for so many further constant numbers, before they are computed. */
  checkRoom(count: number): void {
    if (this.#constants + count > MOST_CONSTANTS)
      throw new TapeError(`the constants of the graph have more than ${MOST_CONSTANTS} numbers`, 'too-large');
  }

  scalar(value: number): Id {
    return this.constant([value], []);
  }

  /** Adds an operation and returns its result. The same operation on the same inputs is one value. */
  add(op: string, inputs: readonly Id[], attributes: Attributes = {}): Id {
    const key = keyOf(op, inputs, attributes);
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#repeats.set(known, this.timesAdded(known) + 1);
      return known;
    }
    const rule = Object.hasOwn(this.#rules, op) ? this.#rules[op] : undefined;
    if (!rule) throw new TapeError(`there is no rule for the operation ${op}`);
    const shapes = inputs.map((id) => this.shape(id));
    const shape = rule.shape(shapes, attributes);
    checkSize(op, shape);
    const type =
      rule.type?.(
        inputs.map((id) => this.get(id).type),
        attributes,
      ) ?? this.get(inputs[0]!).type;
    const id =
      this.#folded({ rule, inputs, attributes, shape, type }) ??
      this.#push({ shape, type, op, inputs, attributes });
    this.#known.set(key, id);
    return id;
  }

  /**
   * How often an operation was added with the same inputs: in how many places a network computes the same
   * value, which is computed once here.
   */
  timesAdded(id: Id): number {
    return this.#repeats.get(id) ?? 1;
  }

  #folded({
    rule,
    inputs,
    attributes,
    shape,
    type,
  }: Pick<Value, 'inputs' | 'attributes' | 'shape' | 'type'> & { readonly rule: Signature }): Id | undefined {
    const size = sizeOf(shape);
    if (!rule.fold || size > LARGEST_FOLDED || this.#constants + size > MOST_CONSTANTS) return undefined;
    const constants = inputs.map((id) => this.get(id).constant);
    if (!constants.every((each) => each !== undefined)) return undefined;
    const operands = constants.map((values, i) => ({ values, shape: this.shape(inputs[i]!) }));
    return this.constant(rule.fold({ operands, attributes, shape, type }), shape, type);
  }

  #push(value: Omit<Value, 'id'>): Id {
    if (this.values.length >= MOST_VALUES)
      throw new TapeError(`the graph has more than ${MOST_VALUES} operations`);
    checkSize('a tensor', value.shape);
    this.values.push({ id: this.values.length, ...value });
    return this.values.length - 1;
  }

  // Shorthands that rules are written in; numbers stand for scalars.

  #operand(value: Id | { readonly number: number }): Id {
    return typeof value === 'number' ? value : this.scalar(value.number);
  }

  plus(a: Id, b: Id): Id {
    return this.add('Add', [a, b]);
  }
  minus(a: Id, b: Id): Id {
    return this.add('Sub', [a, b]);
  }
  times(a: Id, b: Id | { readonly number: number }): Id {
    return this.add('Mul', [a, this.#operand(b)]);
  }
  over(a: Id, b: Id | { readonly number: number }): Id {
    return this.add('Div', [a, this.#operand(b)]);
  }
  reshape(a: Id, shape: readonly number[]): Id {
    return String(this.shape(a)) === String(shape) ? a : this.add('Reshape', [a], { shape });
  }
  transpose(a: Id, perm: readonly number[]): Id {
    return perm.every((axis, i) => axis === i) ? a : this.add('Transpose', [a], { perm });
  }
  expand(a: Id, shape: readonly number[]): Id {
    return String(this.shape(a)) === String(shape) ? a : this.add('Expand', [a], { shape });
  }
  reduce(op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax', a: Id, axes: readonly number[]): Id {
    return axes.length ? this.add(op, [a], { axes }) : a;
  }
  /** Sums `a` over the axes along which it was broadcast from `shape`. */
  unbroadcast(a: Id, shape: readonly number[]): Id {
    const from = this.shape(a);
    const front = from.length - shape.length;
    const axes = from.flatMap((n, axis) =>
      axis < front || (shape[axis - front] === 1 && n !== 1) ? [axis] : [],
    );
    return this.reshape(this.reduce('ReduceSum', a, axes), shape);
  }
}

/** A text that only equal operations on the same inputs share. */
function keyOf(op: string, inputs: readonly Id[], attributes: Attributes): string {
  let key = op;
  for (const input of inputs) key += ` ${input}`;
  for (const name in attributes) key += ` ${name} ${attributes[name]}`;
  return key;
}

function checkSize(what: string, shape: readonly number[]): void {
  checkRank(shape.length);
  for (const n of shape)
    if (!Number.isSafeInteger(n) || n < 0) throw new TapeError(`${what} would have the shape [${shape}]`);
  if (sizeOf(shape) > LARGEST)
    throw new TapeError(`${what} would have the shape [${shape}], which is too large`, 'too-large');
}
