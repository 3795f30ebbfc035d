// What the shape and the value of an operation's result are, given those of its inputs.
import type { NumberType } from '../../onnx/tensor-values.js';
import { TapeError } from './tape-error.js';

/** Static settings of an operation, in one form whatever the operator set it came from. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface Operand {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

export interface Signature {
  /** Shape of the result. Throws TapeError where the inputs' shapes do not fit. */
  readonly shape: (inputs: readonly (readonly number[])[], attributes: Attributes) => readonly number[];
  /** Type of the result; the first input's if not given. */
  readonly type?: (inputs: readonly NumberType[], attributes: Attributes) => NumberType;
  /** Its value where all operands are constants; only of operations that graphs compute shapes and indices with. */
  readonly fold?: (args: {
    operands: readonly Operand[];
    attributes: Attributes;
    shape: readonly number[];
    type: NumberType;
  }) => Float64Array;
}

/** An attribute that must be a list of numbers. */
export function listOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name];
  if (!Array.isArray(value)) throw new TapeError(`the attribute ${name} must be a list of numbers`);
  return value as readonly number[];
}

/** An attribute that must be a number. */
export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== 'number') throw new TapeError(`the attribute ${name} must be a number`);
  return value;
}
