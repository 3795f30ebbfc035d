// Defines the picture of an AutoFormer architecture: its width, and the heads and the MLP ratio of each
// layer.
import { type ChainBlock, type Architecture as Drawing, mergeRepeats } from '../../drawing/architecture.js';
import type { Architecture } from './architecture.js';

export function drawArchitecture({ width, layers }: Architecture): Drawing {
  const stem: ChainBlock = {
    title: 'patch embedding',
    detail: 'images to tokens',
    role: 'conv',
    repeat: 1,
    channels: width,
  };
  const blocks = layers.map(
    ({ heads, ratio }): ChainBlock => ({
      title: 'attention and MLP',
      detail: `${heads} heads · MLP ratio ${ratio} (${Math.round(width * ratio)} hidden)`,
      role: 'attention',
      repeat: 1,
      channels: width,
    }),
  );
  return [{ kind: 'chain', title: 'Layers from input to output', blocks: mergeRepeats([stem, ...blocks]) }];
}
