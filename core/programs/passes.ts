// In: a block's instructions. Out: the nodes of its forward pass and of its vector-Jacobian product.
import type { Block } from './block.js';
import type { Layout } from './layout.js';
import type { GraphBuilder } from './onnx.js';
import { type Addend, type Emitted, type Site, total } from './operation.js';
import { operation } from './operations.js';
import type { Shape } from './shape.js';

/**
 * Writes the forward pass; `pullback` writes the VJP of `v` and answers the input's gradient, `undefined` if zero. A value
 * that one operation alone reads, and adds to others, is made in the pass that adds it.
 */
export function writePasses({
  g,
  block,
  layout,
  shapes,
}: {
  g: GraphBuilder;
  block: Block;
  layout: Layout;
  /** Of every value, as they lie in memory. */
  shapes: readonly Shape[] | undefined;
}) {
  const values: Addend[] = ['x'];
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
    const gradients: Addend[][] = values.map(() => []);
    gradients[values.length - 1]!.push(v);
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const gradient = total(g, gradients[i + 1]!);
      if (gradient === undefined) continue;
      const instruction = block.instructions[i]!;
      const { site, emitted } = steps[i]!;
      operation(instruction.operation)
        .vjp(g, site, emitted, gradient)
        .forEach((part, k) => {
          if (part !== undefined) gradients[instruction.inputs[k]!]!.push(part);
        });
    }
    return total(g, gradients[0]!);
  };
  return { output: read(values.length - 1), pullback };
}
