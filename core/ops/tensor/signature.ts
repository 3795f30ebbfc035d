// Defines the type of an operation's signature: the shape, type and value of its result, given those of its
// inputs.
import type { NumberType } from '../../onnx/tensor-values.js';
import { TapeError } from './tape-error.js';

/** Settings of an operation, in one form for all ONNX operator sets. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface Operand {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

export interface Signature {
  /** The shape of the result. Throws TapeError where the inputs' shapes do not fit. */
  readonly shape: (inputs: readonly (readonly number[])[], attributes: Attributes) => readonly number[];
  /** The type of the result; by default that of the first input. */
  readonly type?: (inputs: readonly NumberType[], attributes: Attributes) => NumberType;
  /**
   * The value of the result where all inputs are constants. Only operations with which graphs compute shapes
   * and indices have it.
   */
  readonly fold?: (args: {
    operands: readonly Operand[];
    attributes: Attributes;
    shape: readonly number[];
    type: NumberType;
  }) => Float64Array;
}

/** Reads an attribute that must be a list of numbers. */
export function listOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name];
  if (!Array.isArray(value)) throw new TapeError(`the attribute ${name} must be a list of numbers`);
  return value as readonly number[];
}

/** Reads an attribute that must be a number. */
export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== 'number') throw new TapeError(`the attribute ${name} must be a number`);
  return value;
}
