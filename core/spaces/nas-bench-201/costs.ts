// Counts the costs of a cell's network on CIFAR images: multiply-accumulates and parameters.
import type { Costs } from '../space.js';
import type { Cell } from './cell.js';

/**
 * Multiply-accumulates and parameters of everything except the cells: stem, two residual blocks, last
 * normalization, classifier.
 */
const SKELETON: Costs = { flops: 7_783_050, parameters: 73_306 };
/**
 * The costs of an edge in all fifteen cells: 5 c² k² positions and 5 (c² k² + 2 c), each summed over the
 * stages c = 16, 32, 64.
 */
const EDGE: Readonly<Partial<Record<string, Costs>>> = {
  nor_conv_3x3: { flops: 35_389_440, parameters: 243_040 },
  nor_conv_1x1: { flops: 3_932_160, parameters: 28_000 },
};

/**
 * FLOPs (multiply-accumulates) and parameters for 3 x 32 x 32 images and 10 classes. Every operation of the
 * text counts, whether or not it reaches the output.
 */
export function cellCosts(cell: Cell): Costs {
  let { flops, parameters } = SKELETON;
  for (const operation of cell) {
    flops += EDGE[operation]?.flops ?? 0;
    parameters += EDGE[operation]?.parameters ?? 0;
  }
  return { flops, parameters };
}
