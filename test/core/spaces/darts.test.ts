// Tests properties of the DARTS space: notation of the published code, isomorphic cells, mutations of one
// edge, the count of parameters.
import { describe, expect, it } from 'vitest';
import { dartsDefinition, dartsSpace } from '../../../core/spaces/darts/definition.js';
import { type Genotype, parseGenotype, printGenotype } from '../../../core/spaces/darts/genotype.js';

const darts = dartsSpace();

/** The published genotype (Liu et al. 2019). */
const DARTS_V2 =
  "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

const edges = ({ normal, reduce }: Genotype) => [...normal, ...reduce].flat();

describe('genotypes', () => {
  it('reads what the published code prints, and prints the edge of the earlier node first', () => {
    const text = darts.parse(DARTS_V2);
    expect(text).toContain(
      "('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 2)]",
    );
    expect(text).toContain('normal_concat=range(2, 6)');
    expect(darts.parse(text)).toBe(text);
    const { parameters } = darts.costs({ candidate: text, resolution: 32 });
    expect(darts.costs({ candidate: darts.parse(DARTS_V2), resolution: 32 }).parameters).toBe(parameters);
  });

  it('that differ in the order of nodes alone have one key', () => {
    const { normal, reduce } = parseGenotype(DARTS_V2);
    const [a, b, c, d] = normal as [
      Genotype['normal'][number],
      Genotype['normal'][number],
      Genotype['normal'][number],
      Genotype['normal'][number],
    ];
    // Nodes 3 and 4 do not read each other, and no node reads them.
    const swapped = printGenotype({ normal: [a, c, b, d], reduce });
    expect(swapped).not.toBe(darts.parse(DARTS_V2));
    expect(darts.canonicalKey(swapped)).toBe(darts.canonicalKey(darts.parse(DARTS_V2)));
    // In a cohort of classes, one of them is scored for both.
    const representative = darts.representative!(swapped);
    expect(darts.parse(representative)).toBe(representative);
    expect(darts.representative!(darts.parse(DARTS_V2))).toBe(representative);
    expect(darts.costs({ candidate: swapped, resolution: 32 })).toEqual(
      darts.costs({ candidate: representative, resolution: 32 }),
    );
    expect(darts.canonicalKey(printGenotype({ normal: reduce, reduce: normal }))).not.toBe(
      darts.canonicalKey(swapped),
    );
  });

  it('mutate in one edge at a time', () => {
    for (let draw = 0; draw < 200; draw++) {
      const key = { seed: 3, draw, name: 'test' };
      const parent = darts.random(key);
      const before = edges(parseGenotype(parent)).map((edge) => JSON.stringify(edge));
      const after = edges(parseGenotype(darts.mutate({ parent, key, mutations: 1 })));
      const changed = after.filter((edge) => !before.includes(JSON.stringify(edge)));
      expect(changed.length).toBeLessThanOrEqual(1);
      expect(darts.mutate({ parent, key, mutations: 1 })).not.toBe(parent);
    }
  });
});

it('a cell of skips alone is counted by hand', () => {
  const cell = [0, 1, 0, 1, 0, 1, 0, 1].map((from) => `('skip_connect', ${from})`).join(', ');
  const text = `Genotype(normal=[${cell}], normal_concat=range(2, 6), reduce=[${cell}], reduce_concat=range(2, 6))`;
  const channels = [32, 32, 64, 64, 64, 128, 128, 128];
  const outputs = [96, 96, ...channels.map((c) => 4 * c)];
  // Both inputs of each cell pass a 1x1 convolution, or two halves of one, with scale and shift.
  const inputs = channels.reduce((sum, c, i) => sum + (outputs[i]! + outputs[i + 1]!) * c + 4 * c, 0);
  // In reduction cells, all eight skips are factorized reductions.
  const skips = 8 * (64 * 64 + 128 * 128);
  const expected = 3 * 96 * 9 + 2 * 96 + inputs + skips + 512 * 10 + 10;
  expect(darts.costs({ candidate: darts.parse(text), resolution: 32 }).parameters).toBe(expected);
});

describe('size of the network', () => {
  const { schema, inAddress } = dartsDefinition;

  it('that is as published is one address, whether it is written or not', () => {
    const written = schema.parse({ kind: 'darts', cells: 8, channels: 32 });
    expect(inAddress!(written, 32)).toEqual({ kind: 'darts' });
    expect(inAddress!(schema.parse({ kind: 'darts', cells: 20 }), 32)).toEqual({
      kind: 'darts',
      cells: 20,
      channels: 32,
    });
  });

  it('changes features and costs', () => {
    const candidate = darts.parse(DARTS_V2);
    const small = dartsSpace({ cells: 3, channels: 8 });
    const { features, costs } = small.graph!({ candidate, resolution: 8 });
    expect(features.blocks).toHaveLength(4);
    expect(costs.parameters).toBeLessThan(darts.costs({ candidate, resolution: 8 }).parameters / 10);
  });

  it.each([{ cells: 2 }, { channels: 7 }, { cells: '8' }])('%j is refused', (size) => {
    expect(schema.safeParse({ kind: 'darts', ...size }).success).toBe(false);
  });
});
