// Tests with hand-made networks, which have structures that no built-in space has, that the plain and the
// NCHWc layout score the same.
import { describe, expect, it } from 'vitest';
import { type Block, BlockBuilder } from '../../core/ir/block.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { Network } from '../../core/ir/network.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { scoreNetwork } from '../../engine/score.js';
import { largestDeviation, withPrograms } from '../support/engine.js';

const RESOLUTION = 16;

function conv(
  b: BlockBuilder,
  name: string,
  [input, from, to]: [number, number, number],
  kernel = 3,
  stride = 1,
) {
  const weight = { slot: name, name: `${kernel}.${name}`, shape: [to, from, kernel, kernel] };
  return b.add('conv', [input], { kernel, stride }, weight);
}

function stem(channels: number): Block {
  const b = new BlockBuilder({ name: 'stem' });
  b.add('batchNorm', [conv(b, 'stem', [0, 3, channels])]);
  return b.build();
}

/** A normalized convolution that a sum reads too, and normalizations of a sum and of the input, all added. */
function normalizations(name: string, channels: number): Block {
  const b = new BlockBuilder({ name });
  const made = conv(b, 'a', [0, channels, channels]);
  const both = b.add('sum', [made, b.add('batchNorm', [made])]);
  b.add('sum', [b.add('batchNorm', [both]), b.add('batchNorm', [0]), b.add('relu', [made])]);
  return b.build();
}

function strided(name: string, [from, to]: [number, number], kernel: number, stride: number): Block {
  const b = new BlockBuilder({ name });
  const narrow = b.add('batchNorm', [conv(b, 'a', [b.add('relu', [0]), from, to], kernel, stride)]);
  const pooled = b.add('averagePool', [0], { kernel: stride, stride });
  b.add('sum', [narrow, conv(b, 'b', [pooled, from, to], 1)]);
  return b.build();
}

async function inBothLayouts({ stem, blocks }: Pick<Network, 'stem' | 'blocks'>) {
  const network: Network = { stem, blocks, identities: 'worst', common: 'stem' };
  const score = (layout: 'plain' | 'blocked') =>
    withPrograms(async (programs) => {
      const draw = drawTensors({
        draw: randomDraw({ seed: 2, draw: 0 }),
        batch: 4,
        resolution: RESOLUTION,
        blockSize: programs.blockSize,
      });
      return scoreNetwork({ network, draw, programs });
    }, layout);
  const [plain, blocked] = [await score('plain'), await score('blocked')];
  expect([...plain.features, ...plain.blocks].every(Number.isFinite)).toBe(true);
  expect(largestDeviation(plain.features, blocked.features)).toBeLessThan(1e-4);
  expect(largestDeviation(plain.blocks, blocked.blocks)).toBeLessThan(1e-3);
}

describe('plain and blocked layout agree', () => {
  // With 16 and 32 channels the program of a block serves a series; 20 channels do not fill channel blocks.
  it.each([16, 32, 20])('normalizations of whatever, %i channels', async (channels) => {
    const blocks = [normalizations('block0', channels), normalizations('block1', channels)];
    await inBothLayouts({ stem: stem(channels), blocks });
  });

  const cases = [3, 5, 7].flatMap((kernel) =>
    [2, 4].flatMap((stride) =>
      [
        [16, 32],
        [20, 12],
      ].map(([from, to]) => [kernel, stride, from!, to!] as const),
    ),
  );
  it.each(cases)(
    'convolutions of %i, stride %i, from %i to %i channels',
    async (kernel, stride, from, to) => {
      await inBothLayouts({ stem: stem(from), blocks: [strided('block0', [from, to], kernel, stride)] });
    },
  );
});
