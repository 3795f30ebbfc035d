// Tests candidates of custom spaces: their number, their texts, random candidates and mutations.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../../core/errors.js';
import { anyCandidate, CELLS, EXAMPLES, HYBRID, key, MIXED, space, TOKENS } from './spaces.js';

describe('candidates', () => {
  it('the examples have as many as their comments say', () => {
    expect(EXAMPLES.natsBenchSize.size).toBe(8n ** 5n);
    // One kind without and one with expansions: 3 x 3 x (1 + 2); the last stage has two kernels.
    expect(EXAMPLES.resnet.size).toBe(9n * 27n * 54n);
    // conv and basic have 2^4 options, bottleneck and inverted 2^5; basic has 4, cell 4, reduction 2.
    expect(MIXED.size).toBe(96n * 10n);
    expect(TOKENS.size).toBe(2n ** 5n * 2n);
    // Cells with a path: any of four operations on 2<-1 after the convolution, with or without the skip, 8;
    // or the skip alone, 2 x 5 - 4 = 6.
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
    // With 959 degrees of freedom, five standard deviations above the mean.
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
    ['conv-w8-d1-k3-s1|reduction-w8-w8', /stages\[1\]: width occurs twice/],
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
    // No signal passes node 1, so only the skip remains.
    expect(used('cell-w4-c003102|conv')).toEqual(['sum']);
    const other = CELLS.mutate({ parent: 'cell-w4-c303002|conv', key: key(3), mutations: 1 });
    expect(CELLS.parse(other)).toBe(other);
    expect(() => CELLS.parse('cell-w8-c3002|conv')).toThrow(/stages\[0\]: .*3002.*00\d{4}/);
    expect(() => CELLS.parse('cell-w8|conv')).toThrow(/cell .*00\d{4}/);
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
    ).toThrow(/^test: stages\[0\]\.cell: .*1<-0.*"nor_conv_5x5"/);
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
