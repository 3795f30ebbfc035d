// Tests the choices of custom spaces beyond chains: squeeze-and-excitation, activations, groups, dilation,
// pooling, dense blocks, stems with choices, repeats.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphNetwork } from '../../../../core/graph/network.js';
import { customSpace } from '../../../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../../../core/spaces/custom/schema.js';
import { createCpuScorer } from '../../../../engine/cpu-scorer.js';
import { DENSE, DENSE_DEFINITION, FEATURES, FEATURES_DEFINITION, space } from './spaces.js';

const of = (stages: unknown, more: object = {}) =>
  space({ input: { resolution: 32 }, classes: 10, stages, ...more });
const key = (draw: number) => ({ seed: 1, draw, name: 'test' });

describe('texts', () => {
  it('name every choice that is open, activations by their name', () => {
    const text = FEATURES.random(key(4));
    const [stem, conv, , pool, bottleneck] = text.split('|');
    expect(stem).toMatch(/^stem-w\d+-k[35]-s[12](-silu|-relu)-pool[12]$/);
    expect(conv).toMatch(/^conv-w\d+-g[18]-dil[12]-(relu6|hardswish)$/);
    expect(pool).toMatch(/^(max|avg)pool-k[23]$/);
    expect(bottleneck).toMatch(/^bottleneck-w\d+-r0\.\d+-g[14]-dil[12]-se[08]-(relu|gelu)$/);
  });

  it.each([FEATURES, DENSE])('are read back, and mutations stay in the space', (each) => {
    fc.assert(
      fc.property(fc.nat(1e6), (draw) => {
        const candidate = each.random(key(draw));
        expect(each.parse(candidate)).toBe(candidate);
        const child = each.mutate({ parent: candidate, key: key(draw), mutations: 1 });
        expect(each.parse(child)).toBe(child);
        expect(child).not.toBe(candidate);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('a checked definition passes the check again', () => {
    for (const value of [FEATURES_DEFINITION, DENSE_DEFINITION]) {
      const definition = checkDefinition({ value, source: 'a' });
      expect(checkDefinition({ value: definition, source: 'a' })).toEqual(definition);
    }
  });

  it.each([
    ['conv-w16', /^candidate ".*": found 1 stages joined by "\|"; must be 2, of which the stem is the first/],
    ['stem-w16|conv-w16-tanh', /stages\[0\]: found "tanh"/],
    ['stem-w16|conv-w16-gelu', /stages\[0\]: activation is gelu; must be one of relu, silu/],
    ['stem-w16|conv-w16', /stages\[0\]: activation is missing; must be one of relu, silu/],
    ['stem-w17|conv-w16-relu', /stem: width is 17; must be one of 16, 32/],
  ])('%s is refused', (text, message) => {
    const one = of([{ block: 'conv', width: [16, 32], activation: ['relu', 'silu'] }], {
      stem: { width: [16, 32] },
    });
    expect(() => one.parse(text)).toThrow(message);
  });

  it('a notation leaves out what is in brackets where it changes nothing', () => {
    const one = of([{ block: 'inverted', width: 16, expansion: [1, 6], squeeze: [0, 4] }], {
      notation: { stage: 'e{expansion}[se{squeeze}]' },
    });
    expect([one.parse('e1'), one.parse('e6se4')]).toEqual(['e1', 'e6se4']);
    expect(() => one.parse('e6se8')).toThrow(/squeeze .*8.*0, 4/);
  });
});

describe('definitions', () => {
  const inverted = { block: 'inverted', width: 16, expansion: 4 };
  const definition = (value: object) =>
    checkDefinition({ value: { input: { resolution: 32 }, classes: 10, ...value }, source: 'a.yaml' });

  it('that say what is so anyway are the same space', () => {
    const plain = definition({ stages: [inverted] });
    const said = { ...inverted, activation: 'relu', squeeze: 0, dilation: 1 };
    expect(definition({ stages: [said], stem: { activation: 'relu', pool: 1 } })).toEqual(plain);
    expect(plain.stem).toEqual({ kernel: 3, stride: 1 });
    expect(customSpace({ definition: plain }).graph).toBeUndefined();
  });

  it('a ratio of a quarter is an expansion of four, and a chain', () => {
    const [a, b] = [{ ratio: 0.25 }, { expansion: 4 }].map((inner) =>
      of([{ block: 'bottleneck', width: 32, depth: 2, ...inner }]),
    );
    const at = { candidate: 'bottleneck', resolution: 32 };
    expect(a!.network(at)).toEqual(b!.network(at));
    expect(a!.costs(at)).toEqual(b!.costs(at));
  });

  it('repeat stages, of which the first has the stride', () => {
    const { stride: _, ...rest } = { ...inverted, stride: 2 };
    expect(definition({ stages: [{ repeat: 3, ...inverted, stride: 2 }] })).toEqual(
      definition({ stages: [{ ...inverted, stride: 2 }, rest, rest] }),
    );
    const group = [inverted, { block: 'maxpool', stride: 2 }];
    expect(definition({ stages: [{ repeat: 2, stages: group }] })).toEqual(
      definition({ stages: [...group, ...group] }),
    );
  });

  it.each([
    [{ ...inverted, activation: 'reluu' }, /stages\[0\]\.activation: unknown "reluu"; did you mean "relu"\?/],
    [{ ...inverted, groups: 2 }, /stages\[0\]\.groups: is not used by inverted/],
    [{ block: 'conv', width: 24, groups: 16 }, /stages\[0\]\.groups: found 16; must divide the 24 channels/],
    [{ block: 'conv', width: 16, squeeze: 4 }, /stages\[0\]\.squeeze: is not used by conv/],
    [
      { block: 'bottleneck', width: 16, ratio: 0.25, expansion: 4 },
      /stages\[0\]\.ratio: found expansion too/,
    ],
    [{ block: 'bottleneck', width: 18, ratio: 0.25 }, /stages\[0\]\.width: found 18; 0\.25 times that/],
    [{ block: 'dense', depth: 2 }, /stages\[0\]\.growth: missing|stages\[0\]\.growth: is missing/],
    [{ block: 'dense', growth: 8, width: 32 }, /stages\[0\]\.width: is not used by dense/],
    [{ block: 'maxpool', kernel: 2 }, /stages\[0\]\.kernel: found 2; a window of 2 needs stride/],
    [{ block: 'conv', width: 8, kernel: 2 }, /stages\[0\]\.kernel: found 2; must be one of 1, 3, 5, 7/],
    [{ repeat: 0, ...inverted }, /stages\[0\]\.repeat: found 0; must be a whole number from 1 to 64/],
    [{ repeat: 2, stages: [{ ...inverted, width: 0 }] }, /stages\[0\]\.stages\[0\]\.width: found 0/],
    [{ repeat: 65, stages: [inverted] }, /stages\[0\]\.repeat: found 65/],
  ])('%j is refused', (stage, message) => {
    expect(() => definition({ stages: [stage] })).toThrow(message);
  });

  it('cannot have transformers beside these', () => {
    const tokens = { block: 'transformer', width: 64, heads: 1, patch: 4 };
    expect(() => definition({ stages: [{ ...inverted, squeeze: 4 }, tokens] })).toThrow(/stages: .*squeeze/);
  });

  it('of a stem with choices cannot have a notation', () => {
    const value = { stages: [inverted], stem: { width: [8, 16] }, notation: { stage: 'e{expansion}' } };
    expect(() => definition(value)).toThrow(/stem: .*notation/);
  });
});

describe('costs', () => {
  it.each([FEATURES, DENSE])('are those of the graph, and within the ranges', (each) => {
    const ranges = each.costRanges!({ resolution: 32 })!;
    for (let draw = 0; draw < 12; draw++) {
      const candidate = each.random(key(draw));
      const { graph, costs, features } = each.graph!({ candidate, resolution: 32 });
      const { flops, parameters } = each.costs({ candidate, resolution: 32 });
      expect({ flops, parameters }).toEqual(costs);
      const network = graphNetwork({
        graph,
        batch: 2,
        image: [3, 32, 32],
        wanted: features.blocks,
        file: '',
      });
      expect(network.costs).toEqual({ macs: flops, parameters });
      expect(flops).toBeGreaterThanOrEqual(ranges.flops.min);
      expect(flops).toBeLessThanOrEqual(ranges.flops.max);
    }
  });

  /** Parameters as counted by torchvision. */
  it.each([
    [
      'DenseNet-121',
      7_978_856,
      { width: 64, kernel: 7, stride: 2, pool: 2 },
      [6, 12, 24, 16].flatMap((depth, i) => [
        { block: 'dense', growth: 32, depth },
        ...(i < 3 ? [{ block: 'transition', width: 128 * 2 ** i, stride: 2 }] : []),
      ]),
    ],
    [
      'ResNeXt-50 32x4d',
      25_028_904,
      { width: 64, kernel: 7, stride: 2, pool: 2 },
      [3, 4, 6, 3].map((depth, i) => ({
        block: 'bottleneck',
        width: 256 * 2 ** i,
        ratio: 0.5,
        groups: 32,
        depth,
        stride: i ? 2 : 1,
      })),
    ],
    [
      'EfficientNet-B0',
      5_288_548,
      { width: 32, stride: 2, activation: 'silu' },
      [
        ...[
          [1, 3, 16, 1, 1],
          [6, 3, 24, 2, 2],
          [6, 5, 40, 2, 2],
          [6, 3, 80, 3, 2],
          [6, 5, 112, 3, 1],
          [6, 5, 192, 4, 2],
          [6, 3, 320, 1, 1],
        ].map(([expansion, kernel, width, depth, stride]) => ({
          block: 'inverted',
          squeeze: 4,
          activation: 'silu',
          expansion,
          kernel,
          width,
          depth,
          stride,
        })),
        { block: 'conv', width: 1280, kernel: 1, activation: 'silu' },
      ],
    ],
    [
      'RegNetY-400MF',
      4_344_144,
      { width: 32, stride: 2 },
      [
        [48, 1],
        [104, 3],
        [208, 6],
        [440, 6],
      ].map(([width, depth]) => ({
        block: 'bottleneck',
        ratio: 1,
        groups: width! / 8,
        squeeze: 4,
        stride: 2,
        width,
        depth,
      })),
    ],
  ])('%s has %i parameters', (_, parameters, stem, stages) => {
    const one = space({ input: { resolution: 224 }, classes: 1000, stem, stages });
    expect(one.costs({ candidate: one.random(key(0)), resolution: 224 }).parameters).toBe(parameters);
  });
});

it('candidates are scored', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  try {
    for (const [value, each] of [
      [FEATURES_DEFINITION, FEATURES],
      [DENSE_DEFINITION, DENSE],
    ] as const) {
      const definition = checkDefinition({ value, source: 'a' });
      const fidelity = { draws: 1, batch: 2, resolution: 32, weights: 'shared', features: 'blocks' } as const;
      const [proxies] = await scorer.score({
        space: { kind: 'custom', definition },
        candidate: each.random(key(2)),
        seed: 1,
        draws: [0],
        fidelity,
      });
      expect(Object.values(proxies!).every(Number.isFinite)).toBe(true);
    }
  } finally {
    await scorer.close();
  }
});

it('an identity that adds no block changes no score, at the end of a chain either', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  const features = { expressivity: 'stages', progressivity: 'stages', trainability: 'stage-edges' } as const;
  const fidelity = { draws: 1, batch: 2, resolution: 16, weights: 'shared', features } as const;
  const stage = { block: ['conv', 'identity'], width: 8, kernel: [3] };
  const scoresOf = async (stages: readonly object[], conv: number) => {
    const value = { input: { resolution: 16 }, classes: 10, stem: { width: 8 }, stages };
    const definition = checkDefinition({ value, source: 'a' });
    const all = customSpace({ definition });
    const texts = Array.from({ length: Number(all.size) }, (_, i) => all.enumeration!.at(i));
    const candidate = texts.find((text) =>
      text.split('|').every((part, i) => part.startsWith('conv') === (i === conv)),
    )!;
    return (
      await scorer.score({ space: { kind: 'custom', definition }, candidate, seed: 1, draws: [0], fidelity })
    )[0]!;
  };
  try {
    const { complexity: _, ...alone } = await scoresOf([{ ...stage, block: ['conv'] }], 0);
    expect(Number.isFinite(alone.trainability)).toBe(true);
    expect(await scoresOf([stage, stage], 0)).toMatchObject(alone);
  } finally {
    await scorer.close();
  }
});
