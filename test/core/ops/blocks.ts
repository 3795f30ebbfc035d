// Defines the blocks with which programs are tested: each operation alone, and blocks of several operations.

import type { OperationName, Settings } from '../../../core/ir/block.js';
import { type Block, BlockBuilder } from '../../../core/ir/block.js';
import { mapShape, type Shape } from '../../../core/ir/shape.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import { customSpace } from '../../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { mobileNetV2 } from '../../../core/spaces/mobilenet-v2/definition.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';

export interface TestBlock {
  readonly name: string;
  readonly block: Block;
  readonly input: Shape;
  readonly stride: number;
}

function conv(kernel: number, stride: number, channels: [number, number], size: [number, number]): TestBlock {
  const [from, to] = channels;
  const b = new BlockBuilder({ name: 'test' });
  b.add('conv', [0], { kernel, stride }, { slot: 'a', name: 'a', shape: [to, from, kernel, kernel] });
  const name = `conv ${kernel}x${kernel} stride ${stride}, ${from} to ${to} channels, ${size.join('x')}`;
  return { name, block: b.build(), input: [from, ...size], stride };
}

function depthwise(kernel: number, stride: number, input: Shape): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  const [channels] = input;
  b.add('depthwise', [0], { kernel, stride }, { slot: 'a', name: 'a', shape: [channels, 1, kernel, kernel] });
  return { name: `depthwise ${kernel} stride ${stride}, ${input}`, block: b.build(), input, stride };
}

function pool(kernel: number, stride: number, input: Shape): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  b.add('averagePool', [0], { kernel, stride });
  return { name: `averagePool ${kernel} stride ${stride}, ${input}`, block: b.build(), input, stride };
}

function simple(
  operation: OperationName,
  input: Shape,
  inputs: readonly number[] = [0],
  settings: Settings = {},
): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  b.add(operation, inputs, settings);
  return {
    name: `${operation}(${inputs}), ${input} ${JSON.stringify(settings)}`,
    block: b.build(),
    input,
    stride: 1,
  };
}

/** A sum of different values, including the input and one value twice. */
function sumOfMany(): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  const pooled = b.add('averagePool', [0], { kernel: 3, stride: 1 });
  b.add('sum', [0, pooled, pooled]);
  return { name: 'sum of the input and twice its pooling', block: b.build(), input: [2, 4, 4], stride: 1 };
}

/**
 * An operation on tokens with weights: the shape of the first weight, and those of further ones by the
 * suffixes of their slots.
 */
function onTokens({
  operation,
  input,
  settings = {},
  weights = {},
}: {
  operation: OperationName;
  input: readonly [number, number];
  settings?: Settings;
  weights?: Readonly<Record<string, readonly number[]>>;
}): TestBlock {
  const b = new BlockBuilder({ name: 'test', form: 'tokens' });
  const slots = Object.entries(weights).map(([end, shape]) => ({ slot: `a${end}`, name: `a${end}`, shape }));
  b.add(operation, [0], settings, ...slots);
  const set = Object.entries(settings).map(([key, value]) => ` ${key} ${value}`);
  return { name: `${operation} ${input}${set}`, block: b.build(), input, stride: 1 };
}

function attention({ heads, side, farthest }: { heads: number; side: number; farthest: number }): TestBlock {
  const table = [2 * farthest + 2, 64];
  return onTokens({
    operation: 'attention',
    input: [side ** 2 + 1, 3 * 64 * heads],
    settings: { heads, side, farthest },
    weights: { '': table, '.kc': table, '.vr': table, '.vc': table },
  });
}

/**
 * Operations that occur only in stems and change the number of samples. No program has their VJP; see
 * `openOperation`.
 */
export const stemBlocks = {
  patchEmbedding: {
    ...onTokens({
      operation: 'patchEmbedding',
      input: [6, 5],
      settings: { patch: 4, tokens: 6 },
      weights: { '': [5, 3, 4, 4], '.bias': [5] },
    }),
    input: [3, 8, 12],
  },
  classToken: onTokens({
    operation: 'classToken',
    input: [3, 4],
    settings: { tokens: 3 },
    weights: { '': [4] },
  }),
} as const satisfies Partial<Record<OperationName, TestBlock>>;

/** At least one block for each operation; an operation without one fails to compile and fails the test. */
export const operationBlocks: Readonly<
  Record<Exclude<OperationName, keyof typeof stemBlocks>, readonly TestBlock[]>
> = {
  conv: [
    conv(1, 1, [3, 5], [4, 4]),
    conv(3, 1, [3, 2], [6, 4]),
    conv(5, 1, [2, 3], [5, 7]),
    conv(3, 1, [2, 2], [1, 1]),
    conv(1, 2, [2, 3], [4, 6]),
    conv(3, 2, [3, 4], [8, 4]),
    conv(5, 2, [2, 2], [6, 8]),
    conv(3, 2, [2, 3], [2, 2]),
    conv(3, 3, [2, 2], [6, 9]),
    conv(3, 4, [2, 3], [8, 8]),
  ],
  depthwise: [
    depthwise(3, 1, [3, 6, 4]),
    depthwise(5, 1, [2, 5, 7]),
    depthwise(7, 1, [2, 4, 5]),
    depthwise(3, 1, [1, 1, 1]),
    depthwise(3, 2, [3, 8, 4]),
    depthwise(5, 2, [2, 6, 8]),
    depthwise(7, 2, [2, 8, 6]),
    depthwise(3, 2, [2, 2, 2]),
    depthwise(1, 2, [2, 4, 4]),
  ],
  batchNorm: [
    simple('batchNorm', [3, 4, 4]),
    simple('batchNorm', [2, 1, 3]),
    simple('batchNorm', [1, 5, 2]),
    simple('batchNorm', [2, 3, 4], [0], { epsilon: 1e-3 }),
    simple('batchNorm', [2, 3, 3], [0], { epsilon: 2 }),
    simple('batchNorm', [3, 3, 4], [0], { centred: 1 }),
  ],
  relu: [simple('relu', [3, 4, 4]), simple('relu', [1, 1, 7])],
  averagePool: [
    pool(3, 1, [2, 4, 4]),
    pool(3, 1, [1, 1, 1]),
    pool(3, 1, [2, 2, 5]),
    pool(5, 1, [2, 6, 5]),
    pool(2, 2, [3, 4, 6]),
    pool(2, 2, [1, 2, 2]),
    pool(3, 3, [2, 6, 3]),
    pool(4, 4, [2, 8, 4]),
  ],
  sum: [simple('sum', [2, 3, 3]), simple('sum', [2, 3, 3], [0, 0, 0]), sumOfMany()],
  zero: [simple('zero', [2, 3, 3])],
  linear: [
    onTokens({ operation: 'linear', input: [3, 4], weights: { '': [6, 4], '.bias': [6] } }),
    onTokens({ operation: 'linear', input: [1, 5], weights: { '': [2, 5], '.bias': [2] } }),
  ],
  layerNorm: [
    onTokens({ operation: 'layerNorm', input: [3, 6], weights: { '': [6], '.bias': [6] } }),
    onTokens({ operation: 'layerNorm', input: [1, 20], weights: { '': [20], '.bias': [20] } }),
  ],
  gelu: [onTokens({ operation: 'gelu', input: [5, 7] })],
  attention: [
    attention({ heads: 1, side: 1, farthest: 2 }),
    attention({ heads: 2, side: 2, farthest: 2 }),
    attention({ heads: 1, side: 4, farthest: 2 }),
  ],
  positions: [
    onTokens({ operation: 'positions', input: [3, 4], settings: { tokens: 3 }, weights: { '': [3, 4] } }),
  ],
};

/**
 * A small version of NAS-Bench-201's residual block: two strided convolutions, and pooling followed by a
 * convolution.
 */
function reduction(): TestBlock {
  const b = new BlockBuilder({ name: 'test' });
  const weight = (slot: string, shape: number[]) => ({ slot, name: slot, shape });
  const first = b.add('conv', [b.add('relu', [0])], { kernel: 3, stride: 2 }, weight('conv_a', [4, 2, 3, 3]));
  const middle = b.add('relu', [b.add('batchNorm', [first])]);
  const second = b.add('conv', [middle], { kernel: 3, stride: 1 }, weight('conv_b', [4, 4, 3, 3]));
  const pooled = b.add('averagePool', [0], { kernel: 2, stride: 2 });
  const shortcut = b.add('conv', [pooled], { kernel: 1, stride: 1 }, weight('down', [4, 2, 1, 1]));
  b.add('sum', [b.add('batchNorm', [second]), shortcut]);
  return { name: 'residual block with stride 2', block: b.build(), input: [2, 4, 4], stride: 2 };
}

/** Blocks of MobileNetV2: units with identity and projection, with stride, and the head. */
export const mobileBlocks: readonly TestBlock[] = [
  ['SuperConvK3BNRELU(3,8,2,1)SuperResIDWE1K3(8,8,2,8,1)SuperConvK1BNRELU(8,16,1,1)', 4],
  ['SuperConvK3BNRELU(3,4,2,1)SuperResIDWE1K5(4,4,1,4,1)SuperConvK3BNRELU(4,3,1,1)', 2],
].flatMap(([candidate, side]) =>
  networkBlocks({ space: mobileNetV2, candidate: candidate as string, resolution: 2 * (side as number) }),
);

/** Each block of a network except the stem. */
function networkBlocks({
  space,
  candidate,
  resolution,
}: {
  space: Space;
  candidate: string;
  resolution: number;
}): TestBlock[] {
  const { stem, blocks, inputChannels = 3 } = space.network({ candidate, resolution });
  const images: Shape = [inputChannels, resolution, resolution];
  let input = blockShapes({ block: stem, input: images }).at(-1)!;
  return blocks.map((block) => {
    const from = mapShape(input);
    const to = mapShape(blockShapes({ block, input }).at(-1)!);
    const test = { name: `${block.name} of ${candidate}`, block, input: from, stride: from[1] / to[1] };
    input = to;
    return test;
  });
}

/** Each kind of block of custom spaces: with a stride and a change of width first, then without. */
const customBlocks: readonly TestBlock[] = [
  { block: 'conv', width: 3, depth: 2, kernel: 5, stride: 2 },
  { block: 'basic', width: 4, depth: 2, stride: 2 },
  { block: 'bottleneck', width: 4, depth: 2, expansion: 2, stride: 4 },
  { block: 'inverted', width: 3, depth: 2, expansion: 2, stride: 2 },
  { block: 'inverted', width: 2, expansion: 1 },
  { block: 'reduction', width: 3 },
  {
    block: 'cell',
    width: 3,
    cell: '|skip_connect~0|+|avg_pool_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|skip_connect~1|nor_conv_1x1~2|',
  },
].flatMap((stage) => {
  const value = { input: { resolution: 8 }, classes: 2, stem: { width: 2 }, stages: [stage] };
  const space = customSpace({ definition: checkDefinition({ value, source: 'test' }) });
  return networkBlocks({ space, candidate: stage.block, resolution: stage.stride === 4 ? 8 : 4 });
});

/** The first block of a candidate, with 2 of its 16 channels. */
export function smallCell(candidate: string): TestBlock {
  const { name, form, instructions, weights } = nasBench201.network({ candidate, resolution: 32 }).blocks[0]!;
  const small = Object.entries(weights).map(([slot, { name, shape }]) => [
    slot,
    { name, shape: [2, 2, ...shape.slice(2)] },
  ]);
  const block = { name, form, instructions, weights: Object.fromEntries(small) };
  return { name: candidate, block, input: [2, 4, 4], stride: 1 };
}

/** Blocks of many operations. */
export const combinedBlocks: readonly TestBlock[] = [
  reduction(),
  ...mobileBlocks,
  ...customBlocks,
  ...[
    '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|',
    '|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_3x3~0|avg_pool_3x3~1|nor_conv_1x1~2|',
    '|avg_pool_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|skip_connect~1|avg_pool_3x3~2|',
    '|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|',
    '|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|nor_conv_3x3~2|',
    '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
  ].map(smallCell),
];
