// In: a block. Out: ONNX bytes of its program: forward pass, vector-Jacobian product and statistics in one graph.
import type { Block } from './block.js';
import { GraphBuilder, type Port } from './onnx.js';
import { type Emitted, operation, type Site } from './operations.js';

/**
 * A program: inputs `x` [b, c, h, w], `v` (signs, the output's shape; not for stems) and `w:<slot>` for each weight.
 * Outputs, all float32:
 * - `y` the block's output [b, c, h, w];
 * - `cov` [c, c] sum of products and `sum` [c] sum of y's channels over b and positions (method.md, Covariance);
 * - `g` the vector-Jacobian product of `v`, [b, c_in, h_in, w_in], and `jac` [c_in s², c] the sum over b and positions
 *   of its space-to-depth form times `v` (method.md, Signal Jacobian); absent for stems.
 */
export interface Program {
  readonly bytes: Uint8Array;
  readonly slots: readonly string[];
}

/** Compiles a block; `stride` is the factor by which it shrinks the spatial size. */
export function compileBlock({ block, stride }: { block: Block; stride: number }): Program {
  return compile({ block, stride, jacobian: 'with' });
}

/** Compiles a stem: forward pass and covariance only. */
export function compileStem({ block }: { block: Block }): Program {
  return compile({ block, stride: 1, jacobian: 'without' });
}

function compile({
  block,
  stride,
  jacobian,
}: {
  block: Block;
  stride: number;
  jacobian: 'with' | 'without';
}): Program {
  const g = new GraphBuilder();
  const { output, pullback } = forward({ g, block });
  const slots = Object.keys(block.weights);
  const inputs: Port[] = [{ name: 'x', dims: ['b', 'c', 'h', 'w'] }];
  for (const slot of slots) inputs.push({ name: weightInput(slot), dims: weightDims(block, slot) });
  const outputs = [
    { name: 'y', value: output, dims: ['b', 'd', 'p', 'q'] },
    { name: 'cov', value: productSum(g, rows(g, output), rows(g, output)), dims: ['d', 'd'] },
    { name: 'sum', value: g.add('ReduceSum', [output, g.ints(0, 2, 3)], { keepdims: 0 }), dims: ['d'] },
  ];
  if (jacobian === 'with') {
    inputs.push({ name: 'v', dims: ['b', 'd', 'p', 'q'] });
    const gradient = pullback('v') ?? g.add('Mul', ['x', g.float(0)]);
    const deep = stride === 1 ? gradient : g.add('SpaceToDepth', [gradient], { blocksize: stride });
    outputs.push({ name: 'jac', value: productSum(g, rows(g, deep), rows(g, 'v')), dims: ['e', 'd'] });
    outputs.push({ name: 'g', value: gradient, dims: ['b', 'c', 'h', 'w'] });
  }
  return { bytes: g.build({ name: 'block', inputs, outputs }), slots };
}

export function weightInput(slot: string): string {
  return `w:${slot}`;
}

function weightDims(block: Block, slot: string) {
  return block.weights[slot]!.shape.map((_, i) => `${slot}_${i}`);
}

/** Writes the forward pass; `pullback` writes the VJP of `v` and answers the input's gradient, `undefined` if zero. */
function forward({ g, block }: { g: GraphBuilder; block: Block }) {
  const values = ['x'];
  const steps: { site: Site; emitted: Emitted }[] = [];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const site: Site = { inputs: inputs.map((i) => values[i]!), weight: slot && weightInput(slot), settings };
    const emitted = operation(name).forward(g, site);
    values.push(emitted.output);
    steps.push({ site, emitted });
  }
  const pullback = (v: string): string | undefined => {
    const gradients: string[][] = values.map(() => []);
    gradients[values.length - 1]!.push(v);
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const parts = gradients[i + 1]!;
      if (!parts.length) continue;
      const instruction = block.instructions[i]!;
      const { site, emitted } = steps[i]!;
      const gradient = total(g, parts)!;
      operation(instruction.operation)
        .vjp(g, site, emitted, gradient)
        .forEach((part, k) => {
          if (part !== undefined) gradients[instruction.inputs[k]!]!.push(part);
        });
    }
    return total(g, gradients[0]!);
  };
  return { output: values.at(-1)!, pullback };
}

function total(g: GraphBuilder, parts: readonly string[]): string | undefined {
  return parts.length > 1 ? g.add('Sum', parts) : parts[0];
}

/** [b, c, h, w] as [b, c, h * w]. */
function rows(g: GraphBuilder, value: string): string {
  return g.add('Reshape', [value, g.ints(0, 0, -1)]);
}

/** Sum over the batch of A Bᵀ for A [b, m, n] and B [b, k, n]: [m, k]. */
function productSum(g: GraphBuilder, a: string, b: string): string {
  const product = g.add('MatMul', [a, g.add('Transpose', [b], { perm: [0, 2, 1] })]);
  return g.add('ReduceSum', [product, g.ints(0)], { keepdims: 0 });
}
