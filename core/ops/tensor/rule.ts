// What the table of operations says of each: shape and value, vector-Jacobian product, ONNX form.
import type { GraphBuilder } from '../../onnx/graph.js';
import type { Attributes, Signature } from './signature.js';
import type { Id, Tape } from './tape.js';

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

export interface Rule extends Signature {
  /** Gradients of the inputs; undefined is zero. An operation without has no gradient anywhere. */
  readonly vjp?: (site: Site) => readonly (Id | undefined)[];
  /** Its form in ONNX; a node of the same name with the attributes as they are, if not given. */
  readonly write?: (site: WriteSite) => string;
}

/** What the ONNX form of an operation is written from. */
export interface WriteSite {
  readonly g: GraphBuilder;
  /** Names of the inputs, and their shapes. */
  readonly inputs: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
  /** Channels in a block of the NCHWc layout that ONNX Runtime has on CPUs; 1 for standard ONNX, which every device runs. */
  readonly channelBlock: number;
}

export type Rules = Readonly<Record<string, Rule>>;
