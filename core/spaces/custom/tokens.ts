// Builds the blocks of a custom space's transformer stage, two for each repetition.
import { type Block, BlockBuilder } from '../../ir/block.js';
import type { Shape } from '../../ir/shape.js';
import { addAttention, addEmbedding, addLinear, mlpBlock } from '../transformer.js';
import type { Option } from './options.js';

/**
 * An attention block, then an MLP block. The first transformer stage turns the map into tokens within the
 * block of its first attention. A later stage of another width changes the width there with a linear layer.
 */
export function transformerBlocks({
  stage,
  option: { width, depth, heads, ratio, patch },
  input,
}: {
  readonly stage: number;
  readonly option: Option;
  readonly input: Shape;
}): Block[] {
  const side = input.length === 3 ? input[1] / patch : Math.sqrt(input[0] - 1);
  const tokens = { width, side };
  return Array.from({ length: depth }, (_, i) => {
    const at = `stage${stage}_${i}`;
    const b = new BlockBuilder({ name: `${at}_attention`, form: 'tokens' });
    const entered = i === 0 ? enter({ b, at, input, patch, ...tokens }) : 0;
    addAttention(b, { ...tokens, input: entered, heads, at });
    return [b.build(), mlpBlock({ ...tokens, name: `${at}_mlp`, ratio, at })];
  }).flat();
}

interface EnterArguments {
  readonly b: BlockBuilder;
  readonly at: string;
  readonly input: Shape;
  readonly patch: number;
  readonly width: number;
  readonly side: number;
}

function enter({ b, at, input, patch, width, side }: EnterArguments): number {
  if (input.length === 3) {
    const names = [`${at}.patches`, `${at}.class`, `${at}.positions`] as const;
    return addEmbedding(b, { channels: input[0], patch, names, width, side });
  }
  if (input[1] === width) return 0;
  return addLinear(b, { input: 0, slot: 'resize', name: `${at}.resize`, shape: [width, input[1]] });
}
