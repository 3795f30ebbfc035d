// Defines custom spaces with every kind of stage for tests, and generators of their candidates.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { customSpace } from '../../../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../../../core/spaces/custom/schema.js';
import type { Space } from '../../../../core/spaces/space.js';
import { readDocument } from '../../../../core/text/read-document.js';

export const space = (value: unknown) =>
  customSpace({ definition: checkDefinition({ value, source: 'test' }) });
export const example = (name: string) => {
  const url = new URL(`../../../../examples/spaces/${name}.yaml`, import.meta.url);
  return space(readDocument({ text: readFileSync(url, 'utf8'), source: name }));
};
export const EXAMPLES = { resnet: example('resnet'), natsBenchSize: example('nats-bench-size') };
/** A definition with every choice that is measured as a graph. */
export const FEATURES_DEFINITION = {
  input: { resolution: 32 },
  classes: 10,
  stem: { width: [16, 24], kernel: [3, 5], stride: [1, 2], activation: ['relu', 'silu'], pool: [1, 2] },
  stages: [
    { block: 'conv', width: [16, 32], groups: [1, 8], dilation: [1, 2], activation: ['relu6', 'hardswish'] },
    {
      block: ['basic', 'inverted'],
      width: 32,
      expansion: [1, 4],
      depth: [1, 2],
      squeeze: [0, 4],
      activation: ['relu', 'hardswish', 'silu'],
    },
    { block: ['maxpool', 'avgpool'], kernel: [2, 3], stride: 2 },
    {
      repeat: 2,
      block: 'bottleneck',
      width: [64, 96],
      ratio: [0.25, 0.5],
      groups: [1, 4],
      dilation: [1, 2],
      squeeze: [0, 8],
      activation: ['relu', 'gelu'],
      stride: 2,
    },
  ],
};
export const FEATURES = space(FEATURES_DEFINITION);
export const DENSE_DEFINITION = {
  input: { resolution: 32 },
  classes: 10,
  stem: { width: 16, kernel: 7, stride: 2, pool: 2 },
  stages: [
    { block: 'dense', growth: [4, 8], depth: [2, 3], expansion: [2, 4] },
    { block: 'transition', width: [16, 24], stride: 2, activation: 'silu' },
    { block: 'dense', growth: 8, depth: 2 },
  ],
};
export const DENSE = space(DENSE_DEFINITION);
/** Every kind of block, mixed, with every choice open. */
export const MIXED = space({
  input: { channels: 1, resolution: 16 },
  classes: 7,
  stem: { kernel: 5 },
  stages: [
    {
      block: ['conv', 'basic', 'bottleneck', 'inverted'],
      width: [8, 16],
      depth: [1, 2],
      kernel: [3, 5],
      expansion: [2, 4],
      stride: [1, 2],
    },
    {
      block: ['basic', 'cell', 'reduction'],
      width: [8, 12],
      depth: [1, 2],
      cell: '|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|',
    },
  ],
});
/** Transformers alone and after convolutions, with every choice open; some widths change between stages. */
export const TOKENS = space({
  input: { channels: 1, resolution: 16 },
  classes: 5,
  stages: [
    { block: 'transformer', width: [8, 12], depth: [1, 2], heads: [1, 2], ratio: [1.5, 4], patch: [4, 8] },
    { block: 'transformer', width: [8, 16], depth: 1, heads: 1, ratio: 2 },
  ],
});
export const HYBRID = space({
  input: { resolution: 16 },
  classes: 5,
  stem: { width: 8 },
  stages: [
    { block: ['basic', 'inverted'], width: [8, 16], expansion: 2, stride: [1, 2] },
    { block: 'transformer', width: 16, depth: [1, 2], heads: [1, 2], patch: 4 },
  ],
});
/** Cells whose operations are choices. */
export const CELLS = space({
  input: { resolution: 16 },
  classes: 4,
  stages: [
    {
      block: 'cell',
      width: [4, 8],
      cell: '|nor_conv_3x3/none~0|+|none~0|*~1|+|none/skip_connect~0|none~1|nor_conv_1x1~2|',
    },
    {
      block: ['conv', 'cell'],
      width: 8,
      cell: '|none~0|+|none~0|none~1|+|avg_pool_3x3/nor_conv_3x3~0|none~1|none~2|',
    },
  ],
});
export const key = (draw: number) => ({ seed: 1, draw, name: 'test' });
export const SPACES = [EXAMPLES.resnet, EXAMPLES.natsBenchSize, MIXED, TOKENS, HYBRID, CELLS];
export const anySpace = fc.constantFrom<Space>(...SPACES);
export const anyCandidate = fc
  .tuple(anySpace, fc.nat(1e6))
  .map(([space, draw]) => ({ space, candidate: space.random(key(draw)) }));
