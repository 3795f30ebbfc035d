// Defines what a row of the table of operations is: shape, forward pass and vector-Jacobian product, as mathematics alone.
import type { Settings } from '../ir/block.js';
import { mapShape, type Shape } from '../ir/shape.js';
import type { Value } from './tape.js';

/** The tensors, weights and settings that an operation is applied to. */
export interface Site {
  readonly inputs: readonly Value[];
  /** The weight of the operation's slot, or of a further slot that begins with it, e.g. `weight('.bias')`. */
  weight(end?: string): Value;
  readonly settings: Settings;
  /** Shape of the output, in a program for one shape. */
  readonly shape: Shape | undefined;
}

/**
 * A row says what an operation is, in the primitives of primitives.ts. It knows nothing of memory layouts, of fusion or of
 * the order in which ONNX Runtime computes: those are the passes of core/lowering. Applying a primitive twice to the same
 * inputs costs nothing (see `Tape`), so a vector-Jacobian product just writes down what it needs of the forward pass.
 */
export interface Rule {
  /** Its ONNX form depends on the number of channels, so that a program serves one shape alone. */
  readonly sized?: boolean;
  /** Output shape; `weight` is the (first) weight's shape, [] where there is none. */
  shape(args: { inputs: readonly Shape[]; weight: readonly number[]; settings: Settings }): Shape;
  forward(site: Site): Value;
  /** Gradients with respect to each input: `dy` times the Jacobian at `inputs`, where the output is `y`; `undefined` is zero. */
  vjp(site: Site & { readonly y: Value; readonly dy: Value }): readonly (Value | undefined)[];
}

/** Height and width of a map after same-padded windows of that stride. */
export function stridedSize(shape: Shape, stride: number): [number, number] {
  const [, height, width] = mapShape(shape);
  return [Math.ceil(height / stride), Math.ceil(width / stride)];
}
