// Defines the type of an operation's rule: shape, forward pass and vector-Jacobian product, as mathematics
// alone.
import type { Settings } from '../ir/block.js';
import { mapShape, type Shape } from '../ir/shape.js';
import type { Value } from './tape.js';

/** The tensors, weights and settings to which an operation is applied. */
export interface Site {
  readonly inputs: readonly Value[];
  /** The weight of the operation's slot, or of a further slot whose name extends it: `weight('.bias')`. */
  weight(end?: string): Value;
  readonly settings: Settings;
  /** The shape of the output; undefined in a program for several shapes. */
  readonly shape: Shape | undefined;
}

/**
 * A rule states what an operation computes, in the primitives of primitives.ts. Memory layouts, fusion and
 * scheduling are no part of it; they are passes of core/lowering. Applying a primitive twice to the same
 * inputs returns the same value (see `Tape`), so a vector-Jacobian product may write parts of the forward
 * pass again at no cost.
 */
export interface Rule {
  /**
   * Whether the operation's ONNX form depends on the number of channels, so that a program serves only one
   * shape.
   */
  readonly sized?: boolean;
  /** The output shape; `weight` is the shape of the (first) weight, [] for an operation without weights. */
  shape(args: { inputs: readonly Shape[]; weight: readonly number[]; settings: Settings }): Shape;
  forward(site: Site): Value;
  /**
   * The gradient with respect to each input: `dy` times the Jacobian at `inputs`, with `y` the output;
   * `undefined` stands for zero.
   */
  vjp(site: Site & { readonly y: Value; readonly dy: Value }): readonly (Value | undefined)[];
}

/** Height and width of a map after a same-padded window with this stride. */
export function stridedSize(shape: Shape, stride: number): [number, number] {
  const [, height, width] = mapShape(shape);
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}
