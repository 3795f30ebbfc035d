// Tests that a block whose convolutions of several strides share a weight, as a space in a module may write it, is scored.
import { expect, it } from 'vitest';
import { BlockBuilder } from '../../core/ir/block.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { Network } from '../../core/ir/network.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { scoreNetwork } from '../../engine/score.js';
import { withPrograms } from '../support/engine.js';

const weight = (name: string, from: number) => ({ slot: 'conv', name, shape: [16, from, 3, 3] });

function networkOf(strides: readonly number[]): Network {
  const stem = new BlockBuilder({ name: 'stem' });
  stem.add('batchNorm', [stem.add('conv', [0], { kernel: 3, stride: 1 }, weight('stem.conv', 3))]);
  const block = new BlockBuilder({ name: 'block0' });
  let value = 0;
  for (const stride of strides) {
    const convolved = block.add('conv', [value], { kernel: 3, stride }, weight('block0.conv', 16));
    value = block.add('relu', [block.add('batchNorm', [convolved])]);
  }
  return { stem: stem.build(), blocks: [block.build()], identities: 'worst' };
}

const scoreOf = (strides: readonly number[], layout: 'plain' | 'blocked') =>
  withPrograms(async (programs) => {
    const { blockSize } = programs;
    const draw = drawTensors({ draw: randomDraw({ seed: 1, draw: 0 }), batch: 4, resolution: 8, blockSize });
    return await scoreNetwork({ network: networkOf(strides), draw, programs });
  }, layout);

it.each([[[1, 2]], [[2, 1]], [[1, 1]]])('strides %j', async (strides) => {
  const [plain, blocked] = [await scoreOf(strides, 'plain'), await scoreOf(strides, 'blocked')];
  expect(blocked.blocks[0]).toBeCloseTo(plain.blocks[0]!, 5);
  expect(blocked.features[1]).toBeCloseTo(plain.features[1]!, 5);
});
