// In: spaces of one's own. Out: texts go round, counts and costs agree with a second way of counting, networks fit together.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { modelLayers, trainableParameters } from '../../../../core/export/layers.js';
import { onnxModel } from '../../../../core/export/onnx-model.js';
import { type Block, blockShapes, topologyKey } from '../../../../core/programs/block.js';
import { randomDraw } from '../../../../core/programs/draw.js';
import { channelsOf, type Shape } from '../../../../core/programs/shape.js';
import { CHOICES } from '../../../../core/spaces/autoformer/choices.js';
import { architectureCosts } from '../../../../core/spaces/autoformer/costs.js';
import { architectureNetwork } from '../../../../core/spaces/autoformer/network.js';
import { customSpace } from '../../../../core/spaces/custom/index.js';
import { describeSpace } from '../../../../core/spaces/describe.js';
import { nasBench201 } from '../../../../core/spaces/nas-bench-201/index.js';
import type { Space } from '../../../../core/spaces/space.js';
import { checkDefinition } from '../../../../core/spec/custom-space.js';
import { SpecError } from '../../../../core/spec/errors.js';
import { readDocument } from '../../../../core/spec/read-document.js';

const space = (value: unknown) => customSpace({ definition: checkDefinition({ value, source: 'test' }) });
const example = (name: string) => {
  const url = new URL(`../../../../examples/spaces/${name}.yaml`, import.meta.url);
  return space(readDocument({ text: readFileSync(url, 'utf8'), source: name }));
};
const EXAMPLES = { resnet: example('resnet'), natsBenchSize: example('nats-bench-size') };
/** Every kind of block, mixed, with every choice open. */
const MIXED = space({
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
/** Transformers alone, and after convolutions; every choice open, some widths that have to be changed on the way. */
const TOKENS = space({
  input: { channels: 1, resolution: 16 },
  classes: 5,
  stages: [
    { block: 'transformer', width: [8, 12], depth: [1, 2], heads: [1, 2], ratio: [1.5, 4], patch: [4, 8] },
    { block: 'transformer', width: [8, 16], depth: 1, heads: 1, ratio: 2 },
  ],
});
const HYBRID = space({
  input: { resolution: 16 },
  classes: 5,
  stem: { width: 8 },
  stages: [
    { block: ['basic', 'inverted'], width: [8, 16], expansion: 2, stride: [1, 2] },
    { block: 'transformer', width: 16, depth: [1, 2], heads: [1, 2], patch: 4 },
  ],
});
/** Cells with operations to choose. */
const CELLS = space({
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
const key = (draw: number) => ({ seed: 1, draw, name: 'test' });
const SPACES = [EXAMPLES.resnet, EXAMPLES.natsBenchSize, MIXED, TOKENS, HYBRID, CELLS];
const anySpace = fc.constantFrom<Space>(...SPACES);
const anyCandidate = fc
  .tuple(anySpace, fc.nat(1e6))
  .map(([space, draw]) => ({ space, candidate: space.random(key(draw)) }));

describe('candidates', () => {
  it('the examples have as many as their comments say', () => {
    expect(EXAMPLES.natsBenchSize.size).toBe(8n ** 5n);
    // One kind without and one with expansions: 3 x 3 x (1 + 2); the last stage has two kernels.
    expect(EXAMPLES.resnet.size).toBe(9n * 27n * 54n);
    // conv and basic have 2^4 options, bottleneck and inverted 2^5; then basic 4, cell 4, reduction 2.
    expect(MIXED.size).toBe(96n * 10n);
    expect(TOKENS.size).toBe(2n ** 5n * 2n);
    // Alive: any of four on 2<-1 after the convolution, with or without the skip: 8; or the skip alone: 2 x 5 - 4 = 6.
    expect(CELLS.size).toBe(2n * 14n * 3n);
    expect(HYBRID.size).toBe(2n ** 3n * 2n ** 2n);
  });

  it.each([MIXED, TOKENS, HYBRID, CELLS])(
    'are counted once each, and each is the text of itself',
    (space) => {
      const { size, at } = space.enumeration!;
      const all = Array.from({ length: size }, (_, i) => at(i));
      expect(new Set(all).size).toBe(size);
      for (const candidate of all) expect(space.parse(candidate)).toBe(candidate);
      expect(() => at(size)).toThrow(RangeError);
    },
  );

  it('random ones and their children go round; the same key, the same candidate', () => {
    fc.assert(
      fc.property(anyCandidate, fc.nat(1000), fc.nat(3), ({ space, candidate }, draw, mutations) => {
        expect(space.parse(` ${candidate}\n`)).toBe(candidate);
        const child = space.mutate({ parent: candidate, key: key(draw), mutations });
        expect(space.parse(child)).toBe(child);
        expect(space.mutate({ parent: candidate, key: key(draw), mutations })).toBe(child);
        if (mutations === 0) expect(child).toBe(candidate);
        if (mutations === 1) {
          const [before, after] = [candidate.split('|'), child.split('|')];
          expect(before.filter((stage, i) => stage !== after[i])).toHaveLength(1);
        }
      }),
    );
  });

  it('random ones are drawn evenly', () => {
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const candidate = MIXED.random(key(i));
      counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
    }
    const expected = draws / 960;
    let chiSquare = (960 - counts.size) * expected;
    for (const count of counts.values()) chiSquare += (count - expected) ** 2 / expected;
    // 959 degrees of freedom: five standard deviations above the mean.
    expect(chiSquare).toBeLessThan(959 + 5 * Math.sqrt(2 * 959));
  });

  it.each([MIXED, TOKENS, HYBRID, CELLS])('mutations reach every candidate', (space) => {
    const { size, at } = space.enumeration!;
    let parent = at(0);
    const seen = new Set([parent]);
    for (let i = 0; i < 40_000 && seen.size < size; i++) {
      parent = space.mutate({ parent, key: key(i), mutations: 1 });
      seen.add(parent);
    }
    expect(seen.size).toBe(size);
  });

  it.each([
    ['', /found 1 stages joined by "\|"; must be 2/],
    ['conv-w8-d1-k3-s1|resnet', /stages\[1\]: begins with "resnet"; must be one of basic, cell, reduction/],
    ['conv-w8-d1-k3-s1|reduction', /stages\[1\]: width is missing; must be w and one of 8, 12/],
    ['conv-w8-d1-k3-s1|reduction-w9', /stages\[1\]: width is 9; must be one of 8, 12/],
    ['conv-w8-d1-k3-s1|reduction-w8-w8', /stages\[1\]: width is there twice/],
    ['conv-w8-d1-k3-s1-e2|reduction-w8', /stages\[0\]: found "e2"; conv has w, d, k, s/],
  ])('%s is refused', (text, message) => {
    expect(() => MIXED.parse(text)).toThrow(SpecError);
    expect(() => MIXED.parse(text)).toThrow(message);
  });

  it('cells are named by the operations of their edges', () => {
    const parts = (text: string) => CELLS.network({ candidate: text, resolution: 16 }).blocks[0]!;
    const used = (text: string) => parts(text).instructions.map(({ operation }) => operation);
    expect(CELLS.parse('cell-c303002-w8|conv')).toBe('cell-w8-c303002|conv');
    expect(used('cell-w4-c303002|conv')).toEqual([
      'relu',
      'conv',
      'batchNorm',
      'relu',
      'conv',
      'batchNorm',
      'relu',
      'conv',
      'batchNorm',
      'sum',
    ]);
    // Nothing comes through node 1: the skip alone is left.
    expect(used('cell-w4-c003102|conv')).toEqual(['sum']);
    const other = CELLS.mutate({ parent: 'cell-w4-c303002|conv', key: key(3), mutations: 1 });
    expect(CELLS.parse(other)).toBe(other);
    expect(() => CELLS.parse('cell-w8-c3002|conv')).toThrow(
      /stages\[0\]: cell is 3002; must be one of 00\d{4}/,
    );
    expect(() => CELLS.parse('cell-w8|conv')).toThrow(/cell is missing; must be c and one of 00\d{4}/);
    expect(() =>
      space({
        input: { resolution: 8 },
        classes: 2,
        stages: [
          {
            block: 'cell',
            width: 8,
            cell: '|nor_conv_3x3/nor_conv_5x5~0|+|none~0|none~1|+|*~0|none~1|none~2|',
          },
        ],
      }),
    ).toThrow(/^stages\[0\]\.cell: cell .*: edge 1<-0 has unknown operation "nor_conv_5x5"/);
  });

  it('what a stage leaves no choice about may be written, in any order', () => {
    const written = 'basic-k3-d2-w16-s1|basic-d1-w32|basic-d1-k3-w64-s2';
    expect(EXAMPLES.resnet.parse(written)).toBe('basic-w16-d2|basic-w32-d1|basic-w64-d1-k3');
  });

  it('any other text is refused with an error of a readable length', () => {
    const part = fc.constantFrom('conv', 'basic', '-w8', '-d1', '-k3', '-s1', '|', 'x'.repeat(90), '-');
    const near = fc.array(part).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        try {
          expect(MIXED.parse(MIXED.parse(text))).toBe(MIXED.parse(text));
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
          expect((error as Error).message.length).toBeLessThan(400);
        }
      }),
    );
  });
});

describe('costs', () => {
  const stages = (kind: object, rows: readonly object[]) => rows.map((row) => ({ ...kind, ...row }));
  const costs = (definition: object, resolution: number) => {
    const one = space({ input: { resolution }, classes: 1000, ...definition });
    return one.costs({ candidate: one.random(key(0)), resolution });
  };

  it.each([
    // Parameters as torchvision documents them; its ResNets have a pooling where these have a stem of stride 4.
    [
      'ResNet-18',
      11_689_512,
      {
        stem: { width: 64, kernel: 7, stride: 4 },
        stages: stages({ block: 'basic', depth: 2 }, [
          { width: 64 },
          { width: 128, stride: 2 },
          { width: 256, stride: 2 },
          { width: 512, stride: 2 },
        ]),
      },
    ],
    [
      'ResNet-50',
      25_557_032,
      {
        stem: { width: 64, kernel: 7, stride: 4 },
        stages: stages({ block: 'bottleneck', expansion: 4 }, [
          { width: 256, depth: 3 },
          { width: 512, depth: 4, stride: 2 },
          { width: 1024, depth: 6, stride: 2 },
          { width: 2048, depth: 3, stride: 2 },
        ]),
      },
    ],
    [
      'MobileNetV2',
      3_504_872,
      {
        stem: { width: 32, stride: 2 },
        stages: [
          ...stages({ block: 'inverted' }, [
            { width: 16, expansion: 1 },
            { width: 24, expansion: 6, depth: 2, stride: 2 },
            { width: 32, expansion: 6, depth: 3, stride: 2 },
            { width: 64, expansion: 6, depth: 4, stride: 2 },
            { width: 96, expansion: 6, depth: 3 },
            { width: 160, expansion: 6, depth: 3, stride: 2 },
            { width: 320, expansion: 6 },
          ]),
          { block: 'conv', width: 1280, kernel: 1 },
        ],
      },
    ],
  ])('%s has %d parameters', (_, parameters, definition) => {
    expect(costs(definition, 224).parameters).toBe(parameters);
  });

  it('a convolution, a basic block and the classifier, counted by hand', () => {
    const definition = {
      input: { channels: 2, resolution: 8 },
      classes: 5,
      stem: { width: 4 },
      stages: [{ block: 'basic', width: 6, depth: 2, stride: 2 }],
    };
    const weights = [2 * 4 * 9 * 64, 4 * 6 * 9 * 16, 6 * 6 * 9 * 16, 4 * 6 * 16, 2 * 6 * 6 * 9 * 16, 6 * 5];
    const sizes = [
      2 * 4 * 9 + 8,
      4 * 6 * 9 + 12,
      6 * 6 * 9 + 12,
      4 * 6 + 12,
      2 * (6 * 6 * 9 + 12),
      6 * 5 + 5,
    ];
    const total = (numbers: number[]) => numbers.reduce((a, b) => a + b);
    expect(costs(definition, 8)).toEqual({ flops: total(weights), parameters: total(sizes), layers: 2 });
  });

  it.each([MIXED, TOKENS, HYBRID, CELLS])('ranges are those of all candidates', (space) => {
    const { size, at } = space.enumeration!;
    const all = Array.from({ length: size }, (_, i) => space.costs({ candidate: at(i), resolution: 16 }));
    const range = (values: (number | undefined)[]) => ({
      min: Math.min(...(values as number[])),
      max: Math.max(...(values as number[])),
    });
    expect(space.costRanges!({ resolution: 16 })).toEqual({
      flops: range(all.map(({ flops }) => flops)),
      parameters: range(all.map(({ parameters }) => parameters)),
      layers: range(all.map(({ layers }) => layers)),
    });
  });

  it('describe says whether they are exact', () => {
    expect(describeSpace({ space: EXAMPLES.natsBenchSize, resolution: 32 })).toMatchObject({
      candidates: 32_768n,
      sampled: null,
      layers: { min: 5, max: 5 },
    });
    const widths = Array.from({ length: 256 }, (_, i) => i + 1);
    const huge = space({
      input: { resolution: 8 },
      classes: 2,
      stages: [
        { block: 'conv', width: widths },
        { block: 'conv', width: widths },
      ],
    });
    expect(describeSpace({ space: huge, resolution: 8 })).toMatchObject({
      candidates: 65_536n,
      sampled: 1000,
    });
  });
});

describe('networks', () => {
  it('NAS-Bench-201 written as a definition has its blocks and its costs', () => {
    const candidate =
      '|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
    const cells = (width: number) => ({ block: 'cell', width, depth: 5, cell: candidate });
    const definition = {
      input: { resolution: 32 },
      classes: 10,
      stages: [
        cells(16),
        { block: 'reduction', width: 32 },
        cells(32),
        { block: 'reduction', width: 64 },
        cells(64),
      ],
    };
    const ours = space(definition);
    const at = { candidate: 'cell|reduction|cell|reduction|cell', resolution: 32 };
    expect(ours.size).toBe(1n);
    const one = ours.network(at);
    const other = nasBench201.network({ candidate, resolution: 32 });
    expect([one.stem, ...one.blocks].map(topologyKey)).toEqual(
      [other.stem, ...other.blocks].map(topologyKey),
    );
    const published = nasBench201.costs({ candidate, resolution: 32 });
    // The published count has one for each of the classifier's biases.
    expect(ours.costs(at)).toEqual({
      flops: published.flops - 10,
      parameters: published.parameters,
      layers: 17,
    });
  });

  it('an AutoFormer network written as a definition has its blocks and its parameters', () => {
    const layers = [
      { heads: 3, ratio: 3.5 },
      { heads: 4, ratio: 4 },
    ];
    const choices = { ...CHOICES.tiny, depths: [2] };
    const { stem, blocks } = architectureNetwork({
      architecture: { width: 192, layers },
      choices,
      resolution: 64,
    });
    const ours = space({
      input: { resolution: 64 },
      classes: 1000,
      stages: layers.map((layer) => ({ block: 'transformer', width: 192, ...layer })),
    });
    const at = { candidate: 'transformer|transformer', resolution: 64 };
    const network = ours.network(at);
    const sizes = ({ weights }: Block) => Object.values(weights).map(({ shape }) => shape);
    expect([network.stem, ...network.blocks].map(topologyKey)).toEqual([stem, ...blocks].map(topologyKey));
    expect([network.stem, ...network.blocks].map(sizes)).toEqual([stem, ...blocks].map(sizes));
    expect(network.identities).toBe('skipped');
    expect(ours.proxies).toEqual(['expressivity', 'trainability', 'complexity']);
    const architecture = { width: 192, layers };
    const { parameters } = architectureCosts({ architecture, resolution: 64 });
    // 16 patches, 17 tokens; by layer q = 64 heads, hidden channels = 192 ratio.
    const products = (q: number, hidden: number) => 17 * (4 * 192 * q + 2 * 192 * hidden) + 2 * 17 ** 2 * q;
    const flops = 16 * 768 * 192 + products(192, 672) + products(256, 768) + 192_000;
    expect(ours.costs(at)).toEqual({ flops, parameters, layers: 2 });
  });

  it('fit together, shrink by the strides, and have weights of names of their own', () => {
    fc.assert(
      fc.property(anyCandidate, ({ space, candidate }) => {
        const resolution = [MIXED, TOKENS, HYBRID, CELLS].includes(space) ? 16 : 32;
        const { stem, blocks, stageEnds, inputChannels } = space.network({ candidate, resolution });
        let shape: Shape = [inputChannels!, resolution, resolution];
        for (const block of [stem, ...blocks]) {
          const shapes = blockShapes({ block, input: shape });
          for (const { operation, inputs } of block.instructions)
            if (operation === 'sum') expect(new Set(inputs.map((i) => String(shapes[i]))).size).toBe(1);
          for (const [i, { operation, inputs, slot }] of block.instructions.entries())
            if (['conv', 'linear', 'patchEmbedding'].includes(operation))
              expect(block.weights[slot]!.shape[1], `${block.name} ${i}`).toBe(
                channelsOf(shapes[inputs[0]!]!),
              );
          shape = shapes.at(-1)!;
        }
        const side = resolution / space.resolutionStep(candidate);
        if (shape.length === 3) expect(shape[1]).toBe(side);
        else expect(shape[0]).toBe(side ** 2 + 1);
        expect(space.resolutionStep() % space.resolutionStep(candidate)).toBe(0);
        const ends = stageEnds!.map((end) => blocks[end]!.form);
        const maps = candidate.split('|').filter((stage) => !stage.startsWith('transformer')).length;
        expect(ends.filter((form) => form === 'map')).toHaveLength(maps);
        // All blocks of tokens, but one that is the stem.
        expect(ends.filter((form) => form === 'tokens')).toHaveLength(
          blocks.filter(({ form }) => form === 'tokens').length,
        );
        expect(stageEnds!.at(-1)).toBe(blocks.length - 1);
        const names = [stem, ...blocks].flatMap(({ weights }) =>
          Object.values(weights).map(({ name }) => name),
        );
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

describe('winners as whole models', () => {
  it('have as many parameters as the space counts', () => {
    fc.assert(
      fc.property(anyCandidate, ({ space, candidate }) => {
        // Edges that lead nowhere would be left out; no cell here has one.
        const network = space.network({ candidate, resolution: 32 });
        const layers = modelLayers({ network, resolution: 32 });
        const { parameters } = space.costs({ candidate, resolution: 32 });
        expect(trainableParameters(layers)).toBe(parameters);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { space: MIXED, candidate: 'inverted-w16-d2-k5-e2-s2|cell-w8-d1', channels: 1, classes: 7 },
    { space: TOKENS, candidate: 'transformer-w12-d2-h2-r1.5-p4|transformer-w16', channels: 1, classes: 5 },
    { space: HYBRID, candidate: 'inverted-w16-s2|transformer-d2-h1', channels: 3, classes: 5 },
  ])('run, with the images and classes of the definition: $candidate', async (row) => {
    const { space, candidate, channels, classes } = row;
    const layers = modelLayers({ network: space.network({ candidate, resolution: 16 }), resolution: 16 });
    const draw = randomDraw({ seed: 1, draw: 0 });
    const session = await InferenceSession.create(onnxModel({ layers, draw, resolution: 16 }));
    const shape = [3, channels, 16, 16];
    const { logits } = await session.run({ images: new Tensor('float32', draw.input(shape), shape) });
    expect(logits!.dims).toEqual([3, classes]);
    expect(new Set(logits!.data as Float32Array).size).toBe(3 * classes);
    await session.release();
  });
});

it('a cell that is none, or leads nowhere, is refused with its stage', () => {
  const stages = (cell: string) =>
    space({
      input: { resolution: 8 },
      classes: 2,
      stages: [
        { block: 'conv', width: 8 },
        { block: 'cell', width: 8, cell },
      ],
    });
  expect(() => stages('|none~0|')).toThrow(/^stages\[1\]\.cell: cell "\|none~0\|": found 1 nodes/);
  const nowhere = '|nor_conv_1x1~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|';
  expect(() => stages(nowhere)).toThrow(/^stages\[1\]\.cell: nothing reaches its output/);
});
