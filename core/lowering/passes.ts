// In: a block's instructions. Out: the nodes of its forward pass and of its vector-Jacobian product.
import type { Block } from '../ir/block.js';
import type { Shape } from '../ir/shape.js';
import type { GraphBuilder } from '../onnx/graph.js';
import type { Layout } from '../ops/layout.js';
import { type Addend, type Emitted, type Scaled, type Site, total } from '../ops/operation.js';
import { operation } from '../ops/operations.js';

/**
 * Writes the forward pass; `pullback` writes the VJP of `v` and answers the input's gradient, `undefined` if zero. A value
 * that one operation alone reads, and adds to others, is made in the pass that adds it.
 */
export function writePasses({
  g,
  block,
  layout,
  x = 'x',
  shapes,
}: {
  g: GraphBuilder;
  block: Block;
  layout: Layout;
  /** The block's input. */
  x?: string;
  /** Of every value, as they lie in memory. */
  shapes: readonly Shape[] | undefined;
}) {
  const values: Addend[] = [x];
  const read = (i: number): string => {
    const value = values[i]!;
    const written = typeof value === 'string' ? value : value(undefined);
    values[i] = written;
    return written;
  };
  const readers = block.instructions.flatMap(({ inputs }) => inputs);
  const isReadOnce = (i: number) => readers.indexOf(i) === readers.lastIndexOf(i);
  const steps: { site: Site; emitted: Emitted }[] = [];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const { adds } = operation(name);
    const site: Site = {
      inputs: adds ? [] : inputs.map(read),
      addends: adds ? inputs.map((i) => (isReadOnce(i) ? values[i]! : read(i))) : [],
      slot,
      settings,
      read: shapes?.[inputs[0]!],
      shape: shapes?.[values.length],
      layout,
    };
    const emitted = operation(name).forward(g, site);
    values.push(emitted.output);
    steps.push({ site, emitted });
  }
  const pullback = (v: string): string | undefined => {
    const gradients: (Addend | Scaled)[][] = values.map(() => []);
    gradients[values.length - 1]!.push(v);
    const gradientOf = (i: number) =>
      total(
        g,
        gradients[i]!.map((part) => (isScaled(part) ? multiplied(g, layout, part, shapes?.[i]) : part)),
      );
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const instruction = block.instructions[i]!;
      const { scales, vjp } = operation(instruction.operation);
      const [only, ...others] = gradients[i + 1]!;
      const taken = scales && others.length === 0 && only !== undefined && isScaled(only) ? only : undefined;
      const gradient = taken?.value ?? gradientOf(i + 1);
      if (gradient === undefined) continue;
      const { site, emitted } = steps[i]!;
      vjp(g, site, emitted, gradient, taken?.factor).forEach((part, k) => {
        if (part !== undefined) gradients[instruction.inputs[k]!]!.push(part);
      });
    }
    return gradientOf(0);
  };
  return { output: read(values.length - 1), pullback };
}

const isScaled = (part: Addend | Scaled): part is Scaled => typeof part === 'object';

const multiplied =
  (g: GraphBuilder, layout: Layout, { value, factor }: Scaled, shape: Shape | undefined): Addend =>
  (rest, then) =>
    layout.affine(g, { x: value, shape, scale: factor, rest, then });
