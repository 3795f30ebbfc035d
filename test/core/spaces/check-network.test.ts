// Tests that a network of a module is refused where its average poolings cannot be measured.
import { describe, expect, it } from 'vitest';
import { BlockBuilder } from '../../../core/ir/block.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import { checkNetwork } from '../../../core/spaces/module/check-network.js';

const RESOLUTION = 12;

/** A network of poolings with these kernels and strides, one a block. */
function networkOf(pools: readonly { readonly kernel: number; readonly stride: number }[]) {
  const stem = new BlockBuilder({ name: 'stem' });
  const weight = { slot: 'conv', name: 'stem.conv', shape: [8, 3, 3, 3] };
  stem.add('batchNorm', [stem.add('conv', [0], { kernel: 3, stride: 1 }, weight)]);
  const blocks = pools.map((settings, i) => {
    const block = new BlockBuilder({ name: `block${i}` });
    block.add('averagePool', [0], settings);
    return block.build();
  });
  return { stem: stem.build(), blocks, identities: 'worst' };
}

const fail = (message: string): never => {
  throw new Error(message);
};
const check = (pools: Parameters<typeof networkOf>[0]) =>
  checkNetwork({ network: networkOf(pools), resolution: RESOLUTION, text: 'a', fail });

describe('average pooling', () => {
  it.each([
    { kernel: 3, stride: 1 },
    { kernel: 3, stride: 3 },
    { kernel: 2, stride: 2 },
    { kernel: 1, stride: 1 },
  ])('$kernel with stride $stride', (settings) => {
    expect(() => check([settings])).not.toThrow();
  });

  it.each([
    { kernel: 3, stride: 2 },
    { kernel: 1, stride: 2 },
    { kernel: 5, stride: 3 },
  ])('$kernel with stride $stride: no rule gives its gradient', (settings) => {
    const message = `network of "a": block0: averagePool: stride: found ${settings.stride}; must be 1, or equal to kernel`;
    expect(() => check([settings])).toThrow(message);
    const [block] = networkOf([settings]).blocks;
    expect(() => blockShapes({ block: block!, input: [8, 12, 12] })).toThrow(
      `averagePool: stride ${settings.stride} with kernel ${settings.kernel}`,
    );
  });

  it('a side that the stride does not divide', () => {
    const two = { kernel: 2, stride: 2 };
    expect(() => check([two, two, two])).toThrow(
      'block2: averagePool: stride: found 2; must divide the map, 3 x 3',
    );
  });
});
