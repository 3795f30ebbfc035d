// Counts the costs of an architecture: multiply-adds as the published code of AutoFormer counts them, and
// parameters.
import type { CostRanges, Costs } from '../space.js';
import { HEAD, hiddenChannels, TABLE } from '../transformer.js';
import type { Architecture } from './architecture.js';
import { type Choices, PATCH } from './choices.js';

/** The number of values in a patch: 3 x 16 x 16. */
const PIXELS = 3 * PATCH ** 2;
export const CLASSES = 1000;

/**
 * Parameters include the final normalization and the classifier. FLOPs are multiply-adds, counted as in the
 * published code: with two tokens more than patches, with the classifier applied to every token, and without
 * softmax, GELU and sums. They may end in .5.
 */
export function architectureCosts({
  architecture: { width, layers },
  resolution,
}: {
  readonly architecture: Architecture;
  readonly resolution: number;
}): Costs {
  const patches = Math.floor(resolution / PATCH) ** 2;
  const tokens = patches + 2;
  let parameters = width * (PIXELS + 1 + 1 + (patches + 1) + 2 + CLASSES) + CLASSES;
  let flops = width * (PIXELS * patches + 1 + (patches + 1) / 2 + (patches + 1) * CLASSES);
  for (const { heads, ratio } of layers) {
    const q = HEAD * heads;
    const hidden = hiddenChannels({ width, ratio });
    // Parameters of the normalizations, of qkv and proj with biases, of four tables, and of fc1 and fc2 with
    // biases.
    parameters += 4 * width + 3 * q * (width + 1) + (q + 1) * width;
    parameters += 4 * TABLE * HEAD + 2 * width * hidden + hidden + width;
    // FLOPs of the normalizations, of qkv and proj, of two products, of relative positions, and of fc1 and
    // fc2.
    flops += 2 * tokens * width + 4 * tokens * width * q + 2 * tokens ** 2 * q;
    flops += 28.5 * tokens ** 2 + (tokens * q) / 2 + 2 * tokens * width * hidden;
  }
  return { flops, parameters };
}

/**
 * Every cost grows with width, depth, heads and ratio, so the smallest and the largest choices have the
 * extreme costs.
 */
export function architectureRanges({
  choices: { depths, widths, heads, ratios },
  resolution,
}: {
  readonly choices: Choices;
  readonly resolution: number;
}): Pick<CostRanges, 'flops' | 'parameters'> {
  const of = (pick: (...values: number[]) => number): Costs => {
    const layer = { heads: pick(...heads), ratio: pick(...ratios) };
    const layers = Array.from({ length: pick(...depths) }, () => layer);
    return architectureCosts({ architecture: { width: pick(...widths), layers }, resolution });
  };
  const [least, most] = [of(Math.min), of(Math.max)];
  return {
    flops: { min: least.flops, max: most.flops },
    parameters: { min: least.parameters, max: most.parameters },
  };
}
