// Enlarges packed maps: nearest-neighbour upsampling, zero insertion, and the products of strided
// convolutions by sub-pixel convolution.
import { channelsOf, mapShape, type Shape } from '../../ir/shape.js';
import { NCHWC } from '../../onnx/domains.js';
import type { GraphBuilder } from '../../onnx/graph.js';
import { subPixel } from './sub-pixel.js';

interface UpsampleArguments {
  readonly factor: number;
  readonly shape: Shape;
  readonly block: number;
  readonly addend: string | undefined;
}

/**
 * Repeats each position of a packed map of `shape` `factor` times in both directions and adds `addend`. In
 * memory, a position is a run of one channel block's values.
 */
export function upsample(
  g: GraphBuilder,
  x: string,
  { factor, shape, block, addend }: UpsampleArguments,
): string {
  const [channels, height, width] = mapShape(shape);
  const repeat = (value: string, run: number) =>
    g.add('Concat', Array(factor).fill(g.add('Reshape', [value, g.ints(-1, 1, run)])), { axis: 1 });
  const run = width * factor * block;
  const wide = repeat(x, block);
  const rows = (value: string, count: number) => g.add('Reshape', [value, g.ints(-1, count, run)]);
  const tall = addend ? g.add('Add', [rows(addend, factor), rows(wide, 1)]) : repeat(wide, run);
  return g.add('Reshape', [tall, g.ints(-1, channels, height * factor, width * factor)]);
}

/**
 * Zero insertion: moves each position to the first of `stride` x `stride` positions and fills the others with
 * zeros. `read` is the shape of the result.
 */
export function insertZeros(
  g: GraphBuilder,
  x: string,
  {
    stride,
    read,
    block,
  }: { readonly stride: number; readonly read: Shape | undefined; readonly block: number },
): string {
  const [channels, height, width] = mapShape(read!);
  const runs = g.add('Reshape', [x, g.ints(-1, 1, width / stride, 1, block)]);
  const padded = g.add('Pad', [runs, g.ints(0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1, 0)]);
  return g.add('Reshape', [padded, g.ints(-1, channels, height, width)]);
}

interface SubPixelConvArguments {
  readonly kernel: number;
  readonly stride: number;
  readonly read: Shape | undefined;
  readonly made: Shape | undefined;
  readonly block: number;
  readonly batch: number;
}

/**
 * Computes the product of a strided convolution as sub-pixel.ts describes: a convolution computes the phases
 * as channels, and depth-to-space spreads them over the map.
 */
export function subPixelConv(
  g: GraphBuilder,
  [dy, weight]: readonly [dy: string, weight: string],
  { kernel, stride, read, made, block, batch }: SubPixelConvArguments,
): string {
  const { before, after, width } = subPixel({ kernel, stride });
  const [channels, height, breadth] = mapShape(read!);
  const [rows, columns] = [height / stride, breadth / stride];
  const dims = g.ints(stride ** 2 * channels, channelsOf(made!), width, width);
  const byPhase = g.add(`Conv@${NCHWC}`, [dy, g.add('Reshape', [weight, dims])], {
    kernel_shape: [width, width],
    strides: [1, 1],
    pads: [before, before, after, after],
    group: 1,
  });
  const phases = g.ints(batch, stride, stride, channels / block, rows, columns, block);
  const joined = g.add('Transpose', [g.add('Reshape', [byPhase, phases])], {
    perm: [0, 3, 4, 1, 5, 2, 6],
  });
  return g.add('Reshape', [joined, g.ints(batch, channels, height, breadth)]);
}
