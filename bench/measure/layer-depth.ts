// Counts the layers with weights on the longest path of an imported network.
import type { ResolvedGraph } from '../../core/graph/resolve.js';

const LAYERS = new Set(['Conv', 'ConvTranspose', 'MatMul']);

/**
 * The number of convolutions and products with a weight on the longest path from the images to the output;
 * products of activations do not count.
 */
export function layerDepth({ tape, input, output, isStream }: ResolvedGraph): number {
  const depths: number[] = [];
  for (let id = input; id <= output; id++) {
    if (!isStream[id]) continue;
    const { op, inputs } = tape.get(id);
    const before = Math.max(0, ...inputs.map((each) => depths[each] ?? 0));
    const hasWeight = inputs.some((each) => !isStream[each]);
    depths[id] = before + (op !== undefined && LAYERS.has(op) && hasWeight ? 1 : 0);
  }
  return depths[output]!;
}
