// Counts the layers of a cell's network on its longest paths, and the elements of their outputs.
import type { LayerCounts } from '../space.js';
import { type Cell, EDGES } from './cell.js';
import { CELLS_PER_STAGE, liveEdges, STAGES } from './network.js';

/**
 * With n convolutions on edges that reach the output, l of them on the longest path, at most l_3 of kernel 3 on a path,
 * channels c_s and p_s positions in stage s:
 *
 *     depth = 1 + 15 l + 2 * 2 + 1
 *     spatial-depth = 1 + 15 l_3 + 2 * 2
 *     activations = c_1 p_1 + sum_s 5 n c_s p_s + sum_{s > 1} 3 c_s p_s + 10
 *
 * for the stem, the cells, the two residual blocks between stages and the classifier.
 */
export function cellLayerCounts(cell: Cell, resolution: number): LayerCounts {
  const live = liveEdges(cell);
  const edgesOf = (operation: RegExp) => EDGES.map((_, edge) => live[edge]! && operation.test(cell[edge]!));
  const layers = edgesOf(/^nor_conv/);
  const count = layers.filter(Boolean).length;
  const elements = STAGES.map((channels, stage) => channels * (resolution / 2 ** stage) ** 2);
  const outputs = elements.map((size, stage) => size * (CELLS_PER_STAGE * count + (stage === 0 ? 1 : 3)));
  const cells = STAGES.length * CELLS_PER_STAGE;
  const reductions = 2 * (STAGES.length - 1);
  return {
    depth: 1 + cells * longest(live, layers) + reductions + 1,
    'spatial-depth': 1 + cells * longest(live, edgesOf(/^nor_conv_3x3/)) + reductions,
    activations: outputs.reduce((sum, each) => sum + each, 0) + 10,
  };
}

/** The largest number of counted edges on a path from the input of a cell to its output. */
function longest(live: readonly boolean[], isCounted: readonly boolean[]): number {
  const lengths = [0, 0, 0, 0];
  EDGES.forEach(({ from, to }, edge) => {
    if (live[edge]) lengths[to] = Math.max(lengths[to]!, lengths[from]! + (isCounted[edge] ? 1 : 0));
  });
  return lengths[3]!;
}
