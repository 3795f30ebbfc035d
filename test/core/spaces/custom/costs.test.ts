// Tests costs of custom spaces against a second way of counting, and their ranges against all candidates.
import { describe, expect, it } from 'vitest';
import { describeSpace } from '../../../../core/spaces/describe.js';
import { CELLS, EXAMPLES, HYBRID, key, MIXED, space, TOKENS } from './spaces.js';

describe('costs', () => {
  const stages = (kind: object, rows: readonly object[]) => rows.map((row) => ({ ...kind, ...row }));
  const costs = (definition: object, resolution: number) => {
    const one = space({ input: { resolution }, classes: 1000, ...definition });
    return one.costs({ candidate: one.random(key(0)), resolution });
  };

  it.each([
    // Parameters as documented by torchvision; its ResNets have a pooling where these have a stem of stride
    // 4.
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
