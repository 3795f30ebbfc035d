// Defines the type of a rule in the table of operations: shape and value, vector-Jacobian product, ONNX form.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Attributes, Signature } from './signature.js';
import type { Id, Tape } from './tape.js';

/**
 * The arguments of a vector-Jacobian product: `g` is the gradient of the result `y` of the operation on `x`.
 */
export interface Site {
  readonly t: Tape;
  readonly x: readonly Id[];
  readonly y: Id;
  readonly g: Id;
  readonly attributes: Attributes;
  /** Whether the gradient of each input is needed. */
  readonly wanted: readonly boolean[];
}

export interface Rule extends Signature {
  /**
   * The gradient of each input; `undefined` stands for zero. An operation without `vjp` has no gradient for
   * any input.
   */
  readonly vjp?: (site: Site) => readonly (Id | undefined)[];
  /**
   * Writes the operation in ONNX. Without it, the operation is a node of the same name with its attributes
   * unchanged.
   */
  readonly write?: (site: WriteSite) => string;
}

/** The arguments of `write`. */
export interface WriteSite {
  readonly g: GraphBuilder;
  /** The names of the inputs, and their shapes. */
  readonly inputs: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
  /**
   * The number of channels in a channel block of ONNX Runtime's NCHWc layout on CPUs; 1 for standard ONNX,
   * which every device runs.
   */
  readonly channelBlock: number;
}

export type Rules = Readonly<Record<string, Rule>>;
