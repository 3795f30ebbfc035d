// Chooses the packing of a slot's weight, for its convolution and for the convolution that computes the
// product with respect to the input.
import type { Block } from '../../ir/block.js';
import {
  type Packing,
  packedDepthwise,
  packedDepthwiseGradient,
  packedGradientWeight,
  packedWeight,
} from './packing.js';
import { subPixelWeight } from './sub-pixel.js';

/**
 * The order in which an NCHWc program reads a weight: one for convolutions and one for depthwise convolutions,
 * each with another for the gradient. The gradient of a strided convolution reads the weight split by sub-pixels.
 */
export function weightPacking({
  block,
  slot,
  use,
}: {
  readonly block: Block;
  readonly slot: string;
  readonly use: 'forward' | 'gradient';
}): Packing {
  const reader = block.instructions.find((instruction) => instruction.slot === slot);
  const { stride = 1, kernel = 1 } = reader?.settings ?? {};
  if (reader?.operation === 'depthwise') return use === 'forward' ? packedDepthwise : packedDepthwiseGradient;
  if (use === 'forward') return packedWeight;
  return stride > 1 && kernel > 1 ? subPixelWeight(stride) : packedGradientWeight;
}
