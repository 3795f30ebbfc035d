// Tests texts, random candidates, mutations and networks of the MobileNetV2 space against its SPACE.md.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import type { Shape } from '../../../core/ir/shape.js';
import { blockShapes } from '../../../core/ops/block-shapes.js';
import { mobileNetV2 as space } from '../../../core/spaces/mobilenet-v2/definition.js';
import { parseStructure, roundChannels } from '../../../core/spaces/mobilenet-v2/structure.js';

const CHILD =
  'SuperConvK3BNRELU(3,16,2,1)SuperResIDWE2K3(16,32,2,40,2)SuperResIDWE4K5(32,96,2,128,3)SuperConvK1BNRELU(96,2048,1,1)';
const key = (draw: number) => ({ seed: 1, draw, name: 'test' });
const draws = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('texts', () => {
  it('are read and written as they are; a name before the first field is dropped', () => {
    expect(space.parse(` ${CHILD}\n`)).toBe(CHILD);
    expect(space.parse(space.start)).toBe(space.start);
    expect(space.parse(CHILD.replace('(16,32', '(block1|16,32'))).toBe(CHILD);
  });

  it.each([
    ['', /has no block/],
    ['SuperConvK2BNRELU(3,8,2,1)', /block 1 begins with "SuperConvK2.*must be SuperConvK<1, 3, 5 or 7>/],
    [`${CHILD} x`, /block 5 begins with " x"/],
    [CHILD.replace('(3,16', '(4,16'), /block 1 takes 4 channels; must be 3/],
    [CHILD.replace('(32,96', '(24,96'), /block 3 takes 24 channels; must be the 32 of the block before/],
    [
      CHILD.replace('2,40,2)', '2,40)'),
      /block 2: found 4 fields; must be 5: in, out, stride, bottleneck, sub/,
    ],
    [CHILD.replace('2,40,2)', '2,40,0)'), /block 2: sub is "0"; must be a whole number from 1 to 1000/],
    [CHILD.replace('(16,32,', '(16,3e2,'), /block 2: out is "3e2"/],
    ['SuperResIDWE2K3(3,8,2,8,1)', /block 1 is residual; must be a convolution, the stem/],
  ])('a bad one says where it is wrong: %s', (text, message) => {
    expect(() => space.parse(text)).toThrow(SpecError);
    expect(() => space.parse(text)).toThrow(message);
  });

  it('any text is a structure or a SpecError of a readable length', () => {
    const part = fc.constantFrom('SuperConvK3BNRELU', 'SuperResIDWE6K7', '(', ')', ',', '3', '8', '2', 'x');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(space.parse(space.parse(text))).toBe(space.parse(text));
          } catch (error) {
            expect(error).toBeInstanceOf(SpecError);
            expect((error as Error).message.length).toBeLessThan(600);
          }
        },
      ),
    );
  });
});

it('channels are rounded half to even', () => {
  expect([12, 20, 28, 60, 180, 3, 11.9].map(roundChannels)).toEqual([16, 16, 32, 64, 176, 8, 8]);
});

describe('candidates', () => {
  it('random ones and their children are structures, the same for one key, seldom repeated', () => {
    const all = draws(300).map((i) => space.random(key(i)));
    expect(new Set(all).size).toBeGreaterThan(295);
    for (const [i, candidate] of all.entries()) {
      expect(space.parse(candidate)).toBe(candidate);
      expect(space.random(key(i))).toBe(candidate);
      const structure = parseStructure(candidate);
      expect(structure.every(({ kind, sub }) => kind === 'conv' || sub < 6)).toBe(true);
      expect(structure.at(-1)).toMatchObject({ kind: 'conv', kernel: 1, out: 2048, sub: 1 });
      expect(space.resolutionStep(candidate)).toBe(32);
    }
  });

  it('a mutation of as many channels as a text may hold is a structure', () => {
    const parent = 'SuperConvK3BNRELU(3,960000,2,1)SuperResIDWE1K3(960000,1000000,1,1000000,1)';
    for (const i of draws(40)) {
      const child = space.mutate({ parent, key: key(i), mutations: 2 });
      expect(space.parse(child)).toBe(child);
    }
  });

  it('a mutation changes as many blocks at most, and what the next one takes', () => {
    const parent = parseStructure(CHILD);
    for (const i of draws(300)) {
      const child = parseStructure(space.mutate({ parent: CHILD, key: key(i), mutations: 1 }));
      if (child.length !== parent.length) continue;
      const own = child.map(({ in: _, ...rest }) => JSON.stringify(rest));
      const before = parent.map(({ in: _, ...rest }) => JSON.stringify(rest));
      expect(own.filter((block, b) => block !== before[b]).length).toBeLessThanOrEqual(1);
    }
  });

  it('types are drawn by their weights', () => {
    const counts = new Map<string, number>();
    const parent = 'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,2)';
    const total = 4000;
    let drawn = 0;
    for (const i of draws(total)) {
      const [, block] = parseStructure(space.mutate({ parent, key: key(i), mutations: 8 }));
      if (block?.kind !== 'res') continue;
      const type = `E${block.expansion}K${block.kernel}`;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      drawn++;
    }
    // Eight draws of two blocks miss the residual one once in 256.
    const weights = { E1K3: 12, E4K3: 11, E1K5: 9, E6K5: 6, E4K7: 3, E6K7: 2 };
    for (const [type, weight] of Object.entries(weights)) {
      const p = weight / 89;
      const deviation = Math.sqrt(drawn * p * (1 - p));
      expect(Math.abs(counts.get(type)! - drawn * p), type).toBeLessThan(4.5 * deviation + drawn / 256);
    }
  });
});

it('networks: each unit is a block, sides shrink by the strides, all weights have names of their own', () => {
  const { stem, blocks } = space.network({ candidate: CHILD, resolution: 64 });
  expect(blocks).toHaveLength(2 * 2 + 2 * 3 + 1);
  let shape: Shape = [3, 64, 64];
  for (const block of [stem, ...blocks]) shape = blockShapes({ block, input: shape }).at(-1)!;
  expect(shape).toEqual([2048, 8, 8]);
  const names = [stem, ...blocks].flatMap(({ weights }) => Object.values(weights).map(({ name }) => name));
  expect(names).toEqual(names.map((_, i) => `conv${i}`));
});
