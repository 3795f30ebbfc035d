// Tests texts, costs, distributions and networks of the AutoFormer spaces against goldens/autoformer/SPACE.md.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRuns, randomDraw } from '../../../core/ir/draw.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import { parseArchitecture } from '../../../core/spaces/autoformer/architecture.js';
import { CHOICES, type Size } from '../../../core/spaces/autoformer/choices.js';
import { autoformer } from '../../../core/spaces/autoformer/definition.js';
import { openSpace } from '../../../core/spaces/index.js';
import { COSTS_AUTOFORMER } from '../../support/goldens.js';

const SIZES = ['tiny', 'small', 'base'] as const;
const tiny = autoformer({ size: 'tiny' });
const draws = (size: Size, count: number) =>
  Array.from({ length: count }, (_, draw) => {
    const candidate = autoformer({ size }).random({ seed: 1, draw, name: 'test' });
    return { candidate, ...parseArchitecture({ text: candidate, choices: CHOICES[size] }) };
  });
/** The share of each choice among the values. */
const shares = (values: readonly number[], choices: readonly number[]) =>
  choices.map((choice) => values.filter((value) => value === choice).length / values.length);
const TWELVE = 'h3r4-h4r3.5-h3r4-h4r3.5-h3r4-h4r3.5-h3r4-h4r3.5-h3r4-h4r3.5-h3r4-h4r3.5';

describe('an architecture as text', () => {
  it.each(SIZES)('goes round: %s', (size) => {
    const space = openSpace({ kind: 'autoformer', size });
    for (const { candidate, width, layers } of draws(size, 50)) {
      expect(space.parse(candidate)).toBe(candidate);
      const json = {
        depth: layers.length,
        embedDim: width,
        mlpRatio: layers.map(({ ratio }) => ratio),
        numHeads: layers.map(({ heads }) => heads),
      };
      expect(space.parse(` ${JSON.stringify(json)} `)).toBe(candidate);
    }
  });

  it.each([
    ['', /begins with ""/],
    [`W216-${TWELVE}`, /begins with "W216"; must be as in w216-h3r4-h4r3.5/],
    [`w217-${TWELVE}`, /width is 217; must be one of 192, 216, 240/],
    [`w216-${TWELVE}-h5r4`, /heads of layer 12 is 5; must be one of 3, 4/],
    [`w216-${TWELVE}-h3r3`, /ratio of layer 12 is 3; must be one of 3.5, 4/],
    [`w216-${TWELVE}-h3`, /layer 12 is "h3"; must be heads and MLP ratio, as in h3r3.5/],
    ['w216-h3r4', /the number of layers is 1; must be one of 12, 13, 14/],
    ['{"embedDim": 216', /not JSON/],
    ['{"embedDim": 216, "width": 3}', /unknown field "width"/],
    ['{"embedDim": 216, "mlpRatio": [4], "numHeads": [3, 3]}', /lists of one length/],
    ['{"depth": 13, "embedDim": 216, "mlpRatio": [4], "numHeads": [3]}', /depth is 13, but .* 1 entries/],
    ['{"embedDim": "216", "mlpRatio": [], "numHeads": []}', /number of layers is 0/],
  ])('%s is refused', (text, message) => {
    expect(() => tiny.parse(text)).toThrow(message);
  });

  it('any other text is refused with an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => tiny.parse(text)).toThrow(/^candidate "/);
      }),
    );
  });
});

describe('costs', () => {
  const rows = JSON.parse(readFileSync(COSTS_AUTOFORMER, 'utf8')) as Record<string, unknown>[];
  it(`are those of ${rows.length} published and random architectures, exactly`, () => {
    for (const { space, depth, embedDim, mlpRatio, numHeads, resolution, params, flops } of rows) {
      const { parse, costs } = autoformer({ size: (space as string).toLowerCase() as Size });
      const candidate = parse(JSON.stringify({ depth, embedDim, mlpRatio, numHeads }));
      expect(costs({ candidate, resolution: resolution as number })).toEqual({ flops, parameters: params });
    }
  });
});

describe('random architectures', () => {
  it.each(SIZES)('every choice is uniform: %s', (size) => {
    const { depths, widths, heads, ratios } = CHOICES[size];
    const all = draws(size, 2000);
    const layers = all.flatMap(({ layers }) => layers);
    const checks: [number[], readonly number[], number][] = [
      [all.map(({ layers }) => layers.length), depths, 0.05],
      [all.map(({ width }) => width), widths, 0.05],
      [layers.map(({ heads }) => heads), heads, 0.015],
      [layers.map(({ ratio }) => ratio), ratios, 0.015],
    ];
    for (const [values, choices, margin] of checks)
      for (const share of shares(values, choices))
        expect(Math.abs(share - 1 / choices.length)).toBeLessThan(margin);
  });

  it.each([
    ['tiny', 4e6, 6e6, 0.098],
    ['small', 21e6, 23e6, 0.13],
    ['base', 52e6, 54e6, 0.144],
  ] as const)('%s: %d to %d parameters has the share that SPACE.md measured', (size, min, max, share) => {
    const { costs } = autoformer({ size });
    const inside = draws(size, 4000).filter(({ candidate }) => {
      const { parameters } = costs({ candidate, resolution: 224 });
      return parameters >= min && parameters <= max;
    });
    expect(Math.abs(inside.length / 4000 - share)).toBeLessThan(0.025);
  });
});

describe('a mutation', () => {
  const children = draws('tiny', 1500).map(({ candidate: parent }, draw) => ({
    parent,
    child: tiny.mutate({ parent, key: { seed: 2, draw, name: 'test' }, mutations: 1 }),
  }));
  const read = (text: string) => parseArchitecture({ text, choices: CHOICES.tiny });

  it('changes one of depth, width, heads of a layer, ratio of a layer', () => {
    const kinds = { depth: 0, width: 0, heads: 0, ratio: 0 };
    for (const { parent, child } of children) {
      const [a, b] = [read(parent), read(child)];
      const common = Math.min(a.layers.length, b.layers.length);
      const differ = (key: 'heads' | 'ratio') =>
        a.layers.slice(0, common).filter((layer, i) => layer[key] !== b.layers[i]![key]).length;
      const changes = {
        depth: Number(a.layers.length !== b.layers.length),
        width: Number(a.width !== b.width),
        heads: differ('heads'),
        ratio: differ('ratio'),
      };
      expect(Object.values(changes).reduce((sum, n) => sum + n)).toBe(1);
      for (const key of ['depth', 'width', 'heads', 'ratio'] as const) kinds[key] += changes[key];
    }
    // Of 26 to 30 places, one is the depth and one is the width.
    expect(kinds.depth / children.length).toBeCloseTo(1 / 28, 1);
    expect(kinds.width / children.length).toBeCloseTo(1 / 28, 1);
    expect(kinds.heads / kinds.ratio).toBeCloseTo(1, 0);
    expect(Math.min(...Object.values(kinds))).toBeGreaterThan(0);
  });

  it('none: the parent; the same key: the same child; ten: still an architecture', () => {
    const key = { seed: 3, draw: 0, name: 'test' };
    const { parent } = children[0]!;
    expect(tiny.mutate({ parent, key, mutations: 0 })).toBe(parent);
    const child = tiny.mutate({ parent, key, mutations: 10 });
    expect(tiny.parse(child)).toBe(child);
    expect(tiny.mutate({ parent, key, mutations: 10 })).toBe(child);
  });
});

describe('the network', () => {
  const candidate = `w216-${TWELVE}-h4r4`;

  it('has two features a layer, all of one shape', () => {
    const { stem, blocks, identities } = tiny.network({ candidate, resolution: 64 });
    expect(identities).toBe('skipped');
    expect(blocks).toHaveLength(25);
    let shape = blockShapes({ block: stem, input: [3, 64, 64] }).at(-1)!;
    for (const block of blocks) {
      expect(shape).toEqual([17, 216]);
      shape = blockShapes({ block, input: shape }).at(-1)!;
    }
    expect(shape).toEqual([17, 216]);
  });

  it('its weights are all of its parameters, final norm and head aside', () => {
    const { stem, blocks } = tiny.network({ candidate, resolution: 64 });
    const shapes = [stem, ...blocks].flatMap(({ weights }) => Object.values(weights));
    const names = new Set(shapes.map(({ name }) => name));
    expect(names.size).toBe(shapes.length);
    const count = shapes.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect(count).toBe(tiny.costs({ candidate, resolution: 64 }).parameters - 2 * 216 - 1000 * 216 - 1000);
  });

  it('shares with a narrower one what both have', () => {
    const draw = randomDraw({ seed: 1, draw: 0 });
    const weights = (text: string) => tiny.network({ candidate: text, resolution: 64 }).blocks[1]!.weights;
    const [wide, narrow] = [weights(candidate).qkv!, weights(`w192-${TWELVE.replace('h4', 'h3')}`).qkv!];
    expect(wide.shape).toEqual([768, 216]);
    expect(narrow.shape).toEqual([576, 192]);
    const [a, b] = [draw.weight(wide), draw.weight(narrow)];
    for (const part of [0, 1, 2])
      for (const row of [0, 1, 191])
        for (const column of [0, 1, 191])
          expect(b[(part * 192 + row) * 192 + column]).toBe(a[(part * 256 + row) * 216 + column]);
  });
});

describe('the front of a larger weight', () => {
  const even = fc.integer({ min: 1, max: 4 }).map((n) => 2 * n);
  it('is where counting says', () => {
    fc.assert(
      fc.property(
        even,
        even,
        fc.constantFrom(1, 2, 3),
        fc.nat(3),
        fc.nat(3),
        (rows, width, parts, more, wider) => {
          const of = [parts * (rows + more), width + 2 * wider];
          const runs = cutRuns({ shape: [parts * rows, width], cut: { of, parts } });
          const found = runs.flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i));
          const expected = Array.from({ length: parts * rows * width }, (_, i) => {
            const row = Math.floor(i / width);
            const inPart = Math.floor(row / rows) * (rows + more) + (row % rows);
            return inPart * of[1]! + (i % width);
          });
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it('of a convolution and of a vector is their beginning', () => {
    expect(cutRuns({ shape: [4, 3, 2, 2], cut: { of: [8, 3, 2, 2] } })).toEqual([{ start: 0, length: 48 }]);
    expect(cutRuns({ shape: [5], cut: { of: [8] } })).toEqual([{ start: 0, length: 5 }]);
  });
});
