// Counts the layers of a cell's network on its longest path, and the elements of their outputs.
import type { LayerCounts } from '../space.js';
import { type Cell, EDGES } from './cell.js';
import { CELLS_PER_STAGE, liveEdges, STAGES } from './network.js';

/**
 * With n convolutions on edges that reach the output, l of them on the longest path, channels c_s and p_s
 * positions in stage s:
 *
 *     depth = 1 + 15 l + 2 * 2 + 1
 *     activations = c_1 p_1 + sum_s 5 n c_s p_s + sum_{s > 1} 3 c_s p_s + 10
 *
 * for the stem, the cells, the two residual blocks between stages and the classifier.
 */
export function cellLayerCounts(cell: Cell, resolution: number): LayerCounts {
  const live = liveEdges(cell);
  const isLayer = (edge: number) => live[edge]! && /^nor_conv/.test(cell[edge]!);
  const longest = [0, 0, 0, 0];
  EDGES.forEach(({ from, to }, edge) => {
    if (live[edge]) longest[to] = Math.max(longest[to]!, longest[from]! + (isLayer(edge) ? 1 : 0));
  });
  const layers = EDGES.filter((_, edge) => isLayer(edge)).length;
  const elements = STAGES.map((channels, stage) => channels * (resolution / 2 ** stage) ** 2);
  const outputs = elements.map((count, stage) => count * (CELLS_PER_STAGE * layers + (stage === 0 ? 1 : 3)));
  return {
    depth: 1 + STAGES.length * CELLS_PER_STAGE * longest[3]! + 2 * (STAGES.length - 1) + 1,
    activations: outputs.reduce((sum, count) => sum + count, 0) + 10,
  };
}
