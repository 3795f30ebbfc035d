// In: a slot of a block. Out: the memory orders that its weight comes in, in a blocked program.
import type { Block } from '../../ir/block.js';
import { phaseWeight } from './phases.js';
import {
  blockedDepthwise,
  blockedDepthwiseGradient,
  blockedGradientWeight,
  blockedWeight,
  type Reordering,
} from './reordering.js';

/** The memory order of a weight in a blocked program. */
export function weightOrder({
  block,
  slot,
  use,
}: {
  block: Block;
  slot: string;
  use: 'forward' | 'gradient';
}): Reordering {
  const reader = block.instructions.find((instruction) => instruction.slot === slot);
  const { stride = 1, kernel = 1 } = reader?.settings ?? {};
  if (reader?.operation === 'depthwise')
    return use === 'forward' ? blockedDepthwise : blockedDepthwiseGradient;
  if (use === 'forward') return blockedWeight;
  return stride > 1 && kernel > 1 ? phaseWeight(stride) : blockedGradientWeight;
}
