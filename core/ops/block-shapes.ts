// Computes the shape of every value of a block from its input's shape.
import type { Block } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import { operation } from './operations.js';

/** The shapes of all values, beginning with the input's. */
export function blockShapes({
  block,
  input,
}: {
  readonly block: Block;
  readonly input: Shape;
}): readonly Shape[] {
  const shapes: Shape[] = [input];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const weight = slot ? block.weights[slot]!.shape : [];
    shapes.push(operation(name).shape({ inputs: inputs.map((i) => shapes[i]!), weight, settings }));
  }
  return shapes;
}
