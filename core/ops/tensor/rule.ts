// What the table of operations says of each: shape, vector-Jacobian product, ONNX form, and its value where all operands are constants.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { NumberType } from '../../onnx/tensor-values.js';
import type { Id, Tape } from './tape.js';

/** Static settings of an operation, in one form whatever the operator set it came from. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface Operand {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** What a vector-Jacobian product is written from: `g` is the gradient of the result `y` of the operation on `x`. */
export interface Site {
  readonly t: Tape;
  readonly x: readonly Id[];
  readonly y: Id;
  readonly g: Id;
  readonly attributes: Attributes;
  /** Whether the gradient of each input is wanted. */
  readonly wanted: readonly boolean[];
}

export interface Rule {
  /** Shape of the result. Throws RangeError where the inputs' shapes do not fit. */
  readonly shape: (inputs: readonly (readonly number[])[], attributes: Attributes) => readonly number[];
  /** Type of the result; the first input's if not given. */
  readonly type?: (inputs: readonly NumberType[], attributes: Attributes) => NumberType;
  /** Gradients of the inputs; undefined is zero. An operation without has no gradient anywhere. */
  readonly vjp?: (site: Site) => readonly (Id | undefined)[];
  /** Its form in ONNX; a node of the same name with the attributes as they are, if not given. */
  readonly write?: (
    g: GraphBuilder,
    inputs: readonly string[],
    attributes: Attributes,
    shapes: readonly (readonly number[])[],
  ) => string;
  /** Its value where all operands are constants; only of operations that graphs compute shapes and indices with. */
  readonly fold?: (args: {
    operands: readonly Operand[];
    attributes: Attributes;
    shape: readonly number[];
    type: NumberType;
  }) => Float64Array;
}

export type Rules = Readonly<Record<string, Rule>>;

/** An attribute that must be a list of numbers. */
export function listOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name];
  if (!Array.isArray(value)) throw new RangeError(`the attribute ${name} must be a list of numbers`);
  return value as readonly number[];
}

/** An attribute that must be a number. */
export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== 'number') throw new RangeError(`the attribute ${name} must be a number`);
  return value;
}
