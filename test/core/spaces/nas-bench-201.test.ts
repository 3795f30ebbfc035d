// Tests every cell of NAS-Bench-201: text, costs, equivalence class and representative; bad texts name the edge.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import type { Network } from '../../../core/ir/network.js';
import { mapShape, type Shape } from '../../../core/ir/shape.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import { openSpace } from '../../../core/spaces/index.js';
import { OPERATIONS } from '../../../core/spaces/nas-bench-201/cell.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { liveEdges } from '../../../core/spaces/nas-bench-201/network.js';
import { GOLDENS_NB201 } from '../../support/goldens.js';

const all = Array.from({ length: nasBench201.enumeration.size }, (_, i) => nasBench201.enumeration.at(i));

describe('candidates', () => {
  it('15,625 different ones, each the text of itself', () => {
    expect(all).toHaveLength(15_625);
    expect(new Set(all).size).toBe(15_625);
    const form = /^\|\w+~0\|\+\|\w+~0\|\w+~1\|\+\|\w+~0\|\w+~1\|\w+~2\|$/;
    for (const text of all) {
      if (!form.test(text)) expect(text).toMatch(form);
      if (nasBench201.parse(text) !== text) expect(nasBench201.parse(text)).toBe(text);
    }
  });

  it('edges are in the order of the text, the last one changes fastest', () => {
    expect(all[0]).toBe('|none~0|+|none~0|none~1|+|none~0|none~1|none~2|');
    expect(all[1]).toBe('|none~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|');
    expect(all[3125 * 3]).toBe('|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|');
    for (const index of [-1, 15_625, 0.5, Number.NaN])
      expect(() => nasBench201.enumeration.at(index)).toThrow(RangeError);
  });

  it('spaces around a text do not matter', () => {
    expect(nasBench201.parse(`  ${all[77]} \n`)).toBe(all[77]);
  });

  it.each([
    ['', /1 nodes.*must be 3/],
    ['|none~0|+|none~0|none~1|', /2 nodes/],
    [`${all[5]}+|none~0|`, /4 nodes/],
    ['|none~0|none~1|+|none~0|none~1|+|none~0|none~1|none~2|', /node 1 .*must be 1 edges/],
    ['|none~0|+|none~0|+|none~0|none~1|none~2|', /node 2 .*must be 2 edges/],
    ['none~0+|none~0|none~1|+|none~0|none~1|none~2|', /node 1/],
    ['|none~0|+|none~0|none~1|+|none~0|none~1|none~2', /node 3/],
    ['|none~1|+|none~0|none~1|+|none~0|none~1|none~2|', /edge 1<-0 names source "1"; must be 0/],
    ['|none~0|+|none~1|none~0|+|none~0|none~1|none~2|', /edge 2<-0 names source "1"; must be 0/],
    ['|none~0|+|none~0|none~1|+|none~0|none~1|none~02|', /edge 3<-2 names source "02"/],
    ['|none~0|+|none~0|none|+|none~0|none~1|none~2|', /edge 2<-1 is "none"; must be op~1/],
    ['|none~0|+|none~0|none~1|+|none~0|none~1~1|none~2|', /edge 3<-1 is "none~1~1"/],
    [
      '|none~0|+|none~0|none~1|+|none~0|none~1|conv~2|',
      /edge 3<-2 has unknown operation "conv"; must be one of none, /,
    ],
    ['|None~0|+|none~0|none~1|+|none~0|none~1|none~2|', /edge 1<-0 has unknown operation "None"/],
    [
      '|none~0|+|none~0|none~1|+|constructor~0|none~1|none~2|',
      /edge 3<-0 has unknown operation "constructor"/,
    ],
    ['|none~0|+|none ~0|none~1|+|none~0|none~1|none~2|', /edge 2<-0 has unknown operation "none "/],
  ])('%s', (text, message) => {
    expect(() => nasBench201.parse(text)).toThrow(SpecError);
    expect(() => nasBench201.parse(text)).toThrow(message);
  });

  it('any text is a candidate or a SpecError that quotes it, no longer than a line', () => {
    const edge = fc.tuple(
      fc.constantFrom(...OPERATIONS, 'x', ''),
      fc.constantFrom('~', '', '~~'),
      fc.constantFrom('0', '1', '2', ''),
    );
    const near = fc
      .array(fc.array(edge, { maxLength: 4 }), { maxLength: 4 })
      .map((nodes) => nodes.map((parts) => `|${parts.map((p) => `${p.join('')}|`).join('')}`).join('+'));
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ maxLength: 400, size: 'max' })), (text) => {
        try {
          expect(all).toContain(nasBench201.parse(text));
        } catch (error) {
          if (!(error instanceof SpecError)) throw error;
          expect(error.message.length).toBeLessThan(500);
        }
      }),
    );
  });

  it('openSpace knows it', () => {
    expect(openSpace({ kind: 'nas-bench-201' })).toBe(nasBench201);
  });
});

describe('costs', () => {
  it('are those of the golden cases', () => {
    const cases = JSON.parse(readFileSync(GOLDENS_NB201, 'utf8')) as {
      arch: string;
      megaflops: number;
      megaparams: number;
    }[];
    for (const { arch, megaflops, megaparams } of cases) {
      const { flops, parameters } = nasBench201.costs({ candidate: arch, resolution: 32 });
      expect({ megaflops: flops / 1e6, megaparams: parameters / 1e6 }).toEqual({ megaflops, megaparams });
    }
  });

  it('are what the network itself needs, where every convolution is on a path to the output', () => {
    let checked = 0;
    for (let i = 0; i < all.length; i += 61) {
      const cell = all[i]!.match(/\w+(?=~)/g)!;
      const live = liveEdges(cell as never);
      if (cell.some((operation, e) => operation.startsWith('nor_conv') && !live[e])) continue;
      checked++;
      expect(nasBench201.costs({ candidate: all[i]!, resolution: 32 }), all[i]).toEqual(
        countCosts(nasBench201.network({ candidate: all[i]!, resolution: 32 })),
      );
    }
    expect(checked).toBeGreaterThan(100);
  });
});

/**
 * Counts multiply-accumulates of the convolutions, and 2 parameters for each normalized channel; a final
 * normalization and a classifier of 64 to 10.
 */
function countCosts({ stem, blocks }: Network) {
  let flops = 650;
  let parameters = 650 + 2 * 64;
  let shape: Shape = [3, 32, 32];
  for (const block of [stem, ...blocks]) {
    const shapes = blockShapes({ block, input: shape });
    block.instructions.forEach(({ operation, slot }, i) => {
      const [channels, height, width] = mapShape(shapes[i + 1]!);
      if (operation === 'batchNorm') parameters += 2 * channels;
      if (operation !== 'conv') return;
      const weights = block.weights[slot]!.shape.reduce((product, n) => product * n, 1);
      parameters += weights;
      flops += weights * height * width;
    });
    shape = shapes.at(-1)!;
  }
  expect(shape).toEqual([64, 8, 8]);
  return { flops, parameters };
}

describe('classes', () => {
  const members = new Map<string, string[]>();
  beforeAll(() => {
    for (const candidate of all) {
      const key = nasBench201.canonicalKey(candidate);
      members.set(key, [...(members.get(key) ?? []), candidate]);
    }
  });

  it('there are 4,660', () => {
    expect(members.size).toBe(4660);
  });

  it('the representative is the cheapest member, of equally cheap ones the first', () => {
    const cost = (candidate: string) => nasBench201.costs({ candidate, resolution: 32 }).parameters;
    for (const class_ of members.values()) {
      const least = Math.min(...class_.map(cost));
      const expected = class_.find((candidate) => cost(candidate) === least);
      const found = nasBench201.representative(class_.at(-1)!);
      if (found !== expected) expect(found).toBe(expected);
    }
  });

  it.each([
    [
      'dead branch',
      '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
      '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
    ],
    [
      'skip along a path',
      '|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|',
      '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|',
    ],
    [
      'names of nodes',
      '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|',
      '|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|nor_conv_1x1~2|',
    ],
    [
      'pooling of a sum',
      '|skip_connect~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|none~1|avg_pool_3x3~2|',
      '|none~0|+|nor_conv_1x1~0|none~1|+|avg_pool_3x3~0|none~1|avg_pool_3x3~2|',
    ],
  ])('one class: %s', (_, a, b) => {
    expect(nasBench201.canonicalKey(a)).toBe(nasBench201.canonicalKey(b));
  });

  it('different classes: convolution does not distribute, a skip counts each time', () => {
    const different = [
      '|skip_connect~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|none~1|nor_conv_3x3~2|',
      '|none~0|+|nor_conv_1x1~0|none~1|+|nor_conv_3x3~0|none~1|nor_conv_3x3~2|',
      '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
      '|skip_connect~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|',
      '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
    ];
    expect(new Set(different.map(nasBench201.canonicalKey)).size).toBe(different.length);
  });
});
