// Builds the blocks of an AutoFormer architecture, whose weights are slices of the supernet's.
import { type Block, BlockBuilder } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { addAttention, addEmbedding, hiddenChannels, mlpBlock, tokenClassifier } from '../transformer.js';
import type { Architecture } from './architecture.js';
import { type Choices, PATCH } from './choices.js';
import { CLASSES } from './costs.js';

/**
 * Features are the residual stream after each attention and each MLP. The stem ends with the first attention.
 * Every weight is the leading slice of the supernet's weight, so candidates share weights as in the published
 * search.
 */
export function architectureNetwork({
  architecture: { width, layers },
  choices,
  resolution,
}: {
  readonly architecture: Architecture;
  readonly choices: Choices;
  readonly resolution: number;
}): Network {
  const largest = { ...choices.largest, hidden: hiddenChannels(choices.largest) };
  const tokens = { width, side: Math.floor(resolution / PATCH), largest };
  const stem = new BlockBuilder({ name: 'stem', form: 'tokens' });
  const blocks: Block[] = [];
  const name = () => `block${blocks.length}`;
  layers.forEach(({ heads, ratio }, index) => {
    const at = `blocks.${index}`;
    if (index === 0) {
      const names = ['patch_embed', 'cls_token', 'pos_embed'] as const;
      const input = addEmbedding(stem, { ...tokens, channels: 3, patch: PATCH, names });
      addAttention(stem, { ...tokens, input, heads, at });
    } else {
      const b = new BlockBuilder({ name: name(), form: 'tokens' });
      addAttention(b, { ...tokens, input: 0, heads, at });
      blocks.push(b.build());
    }
    blocks.push(mlpBlock({ ...tokens, name: name(), ratio, at }));
  });
  return { stem: stem.build(), blocks, identities: 'skipped', classifier: tokenClassifier(CLASSES) };
}
