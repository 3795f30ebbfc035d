// In: a block. Out: ONNX bytes of its program: forward pass, vector-Jacobian product and statistics in one graph.
import { type Block, blockShapes } from './block.js';
import { blocked, gradientWeightInput, type Layout, plain, weightInput } from './layout.js';
import { type Dimension, GraphBuilder, type Port } from './onnx.js';
import { type Emitted, operation, type Shape, type Site } from './operations.js';

/**
 * A program: inputs `x` [b, c, h, w], `v` (signs, the output's shape; not for stems) and `w:<slot>` for each weight.
 * Outputs, all float32, in plain layout:
 * - `y` the block's output [b, d, p, q];
 * - `cov` [d, d] sum of products and `sum` [d] sum of y's channels over b and positions (method.md, Covariance);
 * - `g` the vector-Jacobian product of `v`, [b, c, h, w], and `jac` [c s², d] the sum over b and positions of its
 *   space-to-depth form times `v` (method.md, Signal Jacobian); absent for stems.
 */
export type Program = Uint8Array;

/** A block's program in standard ONNX for any execution provider; sizes are open, so one serves every stage. */
export function compileBlock({ block, stride }: { block: Block; stride: number }): Program {
  return compile({ block, stride, layout: plain, outputs: 'all' });
}

/** A stem's program: forward pass and covariance only. */
export function compileStem({ block }: { block: Block }): Program {
  return compile({ block, stride: 1, layout: plain, outputs: 'forward' });
}

/**
 * The same program in ONNX Runtime's blocked layout, for one input shape; see `blocked` for what blocks can have it.
 * Weights come as `blockedWeight` under `w:<slot>` and `blockedGradientWeight` under `t:<slot>`.
 */
export function compileBlocked({ block, input }: { block: Block; input: Shape }): Program {
  return compile({ block, stride: 1, layout: blocked, outputs: 'all', input });
}

/** Whether a block can run in the blocked layout: stride 1, and channels in whole blocks of `size`. */
export function canBeBlocked({ block, input, size }: { block: Block; input: Shape; size: number }): boolean {
  if (block.instructions.some(({ settings }) => (settings.stride ?? 1) !== 1)) return false;
  return size > 1 && blockShapes({ block, input }).every(([channels]) => channels % size === 0);
}

function compile({
  block,
  stride,
  layout,
  outputs: wanted,
  input,
}: {
  block: Block;
  stride: number;
  layout: Layout;
  outputs: 'all' | 'forward';
  input?: Shape;
}): Program {
  const g = new GraphBuilder();
  // Without an input shape channels are open, and the layout does not ask.
  const shapes = input && blockShapes({ block, input });
  const channels = (value: number) => shapes?.at(value)?.[0] ?? 0;
  const { values, pullback } = forward({ g, block, layout, channels });
  const y = layout.leave(g, values.at(-1)!, channels(-1));
  const dims = (shape: Shape | undefined, names: readonly Dimension[]) => (shape ? ['b', ...shape] : names);
  const inside = dims(input, ['b', 'c', 'h', 'w']);
  const outside = dims(shapes?.at(-1), ['b', 'd', 'p', 'q']);
  const inputs: Port[] = [{ name: 'x', dims: inside }];
  for (const [slot, { shape }] of Object.entries(block.weights)) {
    const sizes = shape.map((size, i) => (input ? size : `${slot}_${i}`));
    inputs.push({ name: weightInput(slot), dims: sizes });
    if (layout === blocked)
      inputs.push({ name: gradientWeightInput(slot), dims: [sizes[1]!, sizes[0]!, ...sizes.slice(2)] });
  }
  const outputs = [
    { name: 'y', value: y, dims: outside },
    { name: 'cov', value: productSum(g, y, y), dims: ['d', 'd'] },
    { name: 'sum', value: g.add('ReduceSum', [y, g.ints(0, 2, 3)], { keepdims: 0 }), dims: ['d'] },
  ];
  if (wanted === 'all') {
    inputs.push({ name: 'v', dims: outside });
    const gradient = pullback(layout.enter(g, 'v'));
    const plainGradient =
      gradient === undefined ? g.add('Mul', ['x', g.float(0)]) : layout.leave(g, gradient, channels(0));
    const deep = stride === 1 ? plainGradient : g.add('SpaceToDepth', [plainGradient], { blocksize: stride });
    outputs.push({ name: 'jac', value: productSum(g, deep, 'v'), dims: ['e', 'd'] });
    outputs.push({ name: 'g', value: plainGradient, dims: inside });
  }
  return g.build({ name: 'block', inputs, outputs });
}

/** Writes the forward pass; `pullback` writes the VJP of `v` and answers the input's gradient, `undefined` if zero. */
function forward({
  g,
  block,
  layout,
  channels,
}: {
  g: GraphBuilder;
  block: Block;
  layout: Layout;
  channels: (value: number) => number;
}) {
  const values = [layout.enter(g, 'x')];
  const steps: { site: Site; emitted: Emitted }[] = [];
  for (const { operation: name, inputs, settings, slot } of block.instructions) {
    const site: Site = {
      inputs: inputs.map((i) => values[i]!),
      slot,
      settings,
      channels: channels(values.length),
      layout,
    };
    const emitted = operation(name).forward(g, site);
    values.push(emitted.output);
    steps.push({ site, emitted });
  }
  const pullback = (v: string): string | undefined => {
    const gradients: string[][] = values.map(() => []);
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
  return { values, pullback };
}

function total(g: GraphBuilder, parts: readonly string[]): string | undefined {
  return parts.length > 1 ? g.add('Sum', parts) : parts[0];
}

/** Sum over batch and positions of A Bᵀ for A [b, m, h, w] and B [b, k, h, w]: [m, k]. */
function productSum(g: GraphBuilder, a: string, b: string): string {
  const product = g.add('MatMul', [rows(g, a), g.add('Transpose', [rows(g, b)], { perm: [0, 2, 1] })]);
  return g.add('ReduceSum', [product, g.ints(0)], { keepdims: 0 });
}

/** [b, c, h, w] as [b, c, h * w]. */
function rows(g: GraphBuilder, value: string): string {
  return g.add('Reshape', [value, g.ints(0, 0, -1)]);
}
