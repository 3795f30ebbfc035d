// Tests stages whose options have names: equal options are equal however they are written, and wrong numbers are
// refused with the way out; and choices of other stages that no other test has.
import { describe, expect, it, test } from 'vitest';
import { checkDefinition } from '../../../../core/spaces/custom/schema.js';
import { DENSE, FEATURES, key, space } from './spaces.js';

const spaceOf = (...stages: object[]) => ({ input: { resolution: 32 }, classes: 10, stages });
const check = (...stages: object[]) => checkDefinition({ value: spaceOf(...stages), source: 'a.yaml' });
const named = (options: object, rest: object = {}) => ({ options, width: 16, ...rest });

describe('options', () => {
  it('are the same space in whatever order they are written, and with choices that have no effect', () => {
    const neutral = { activation: 'relu', groups: 1, dilation: 1, squeeze: 0 };
    const plain = named({ a: { block: 'basic' }, b: { block: 'conv', kernel: 5 } });
    const written = named({
      b: { block: 'conv', kernel: 5, dilation: 1 },
      a: { block: 'basic', ...neutral },
    });
    expect(JSON.stringify(check(written))).toBe(JSON.stringify(check(plain)));
    const { enumeration } = space(spaceOf(written));
    expect([0, 1].map((i) => enumeration!.at(i))).toEqual(['a', 'b']);
  });

  it('may have the largest numbers', () => {
    expect(() =>
      check(
        named({ a: { block: 'bottleneck', ratio: 16 }, b: { block: 'maxpool', kernel: 2 } }, { stride: 2 }),
      ),
    ).not.toThrow();
  });

  it.each<[object, RegExp, object?]>([
    [{ block: 'maxpool', kernel: 2 }, /options\.a\.kernel: found 2; a window of 2 needs stride 2 or 4/],
    [
      { block: 'conv', kernel: 2 },
      /options\.a\.kernel: found 2; must be one of 1, 3, 5, 7 in conv/,
      { stride: 2 },
    ],
    [{ block: 'bottleneck', expansion: 3 }, /options\.a\.expansion: found 3; must divide the width, 16/],
    [
      { block: 'bottleneck', ratio: 0.25 },
      /options\.a\.ratio: found 0.25; 18 times that must be/,
      { width: 18 },
    ],
    [{ block: 'bottleneck', ratio: 0.5, expansion: 4 }, /options\.a\.ratio: found expansion too; keep one/],
    [
      { block: 'bottleneck', ratio: 16.25 },
      /options\.a\.ratio: found 16.25; must be a multiple of 0.25, at most 16/,
    ],
    [{ block: 'conv', squeeze: 4 }, /options\.a\.squeeze: is not used by conv; remove it/],
  ])('%j is refused', (option, message, rest) => {
    expect(() => check(named({ a: option }, rest))).toThrow(message);
  });
});

test('groups must divide the channels that a block reads, those of the stage before too', () => {
  const grouped = { block: 'conv', width: 32, groups: 8 };
  expect(() => check({ block: 'conv', width: [16, 24] }, grouped)).not.toThrow();
  expect(() => check({ block: 'conv', width: [16, 20] }, grouped)).toThrow(
    /stages\[1\]\.groups: found 8; must divide the 20 channels/,
  );
  // Three repetitions of a dense stage add 3 x 4 channels to 16.
  const dense = { block: 'dense', growth: 4, depth: 3 };
  const after = (groups: number) =>
    check({ block: 'conv', width: 16 }, dense, { block: 'conv', width: 56, groups });
  expect(() => after(7)).not.toThrow();
  expect(() => after(8)).toThrow(/stages\[2\]\.groups: found 8; must divide the 28 channels/);
});

test('a cell keeps its leading zeros', () => {
  const cells = space(
    spaceOf({
      block: 'cell',
      width: 8,
      cell: '|none/skip_connect~0|+|none~0|none~1|+|skip_connect/nor_conv_1x1~0|none~1|none~2|',
    }),
  );
  const candidate = cells.random(key(1));
  const digits = /c(\d{6})/.exec(candidate)![1]!;
  expect(cells.parse(candidate)).toBe(candidate);
  expect(() => cells.parse(candidate.replace(digits, String(Number(digits) + 1e6).slice(0, 6)))).toThrow();
  const zeros = Array.from({ length: Number(cells.size) }, (_, i) => cells.enumeration!.at(i)).find((text) =>
    text.includes('c0'),
  )!;
  expect(() => cells.parse(zeros.replace(/c0+/, 'c'))).toThrow(/cell is \d+; must be one of/);
});

test('the images of a candidate are a multiple of all that shrinks them, pooling too', () => {
  const steps = (candidate: string) => DENSE.resolutionStep!(candidate);
  // The stem has stride 2 and pools by 2, and the transition has stride 2.
  expect(new Set(Array.from({ length: 20 }, (_, i) => steps(DENSE.random(key(i)))))).toEqual(new Set([8]));
});

test('a mutation of the kind keeps the choices that both kinds have', () => {
  let changed = 0;
  for (let i = 0; i < 300; i++) {
    const parent = FEATURES.random(key(i));
    const child = FEATURES.mutate({ parent, key: key(i), mutations: 1 });
    parent.split('|').forEach((before, at) => {
      const after = child.split('|')[at]!;
      const [kind, ...choices] = before.split('-');
      const [other, ...kept] = after.split('-');
      if (kind === other) return;
      changed++;
      // Of what the new kind has and the old one had, nothing changed.
      const had = choices.filter((choice) => /^(d|k|se)\d/.test(choice));
      const has = kept.filter((choice) => /^(d|k|se)\d/.test(choice));
      expect(has).toEqual(had);
      const activations = [choices, kept].map((all) => all.filter((choice) => /^[a-z]+6?$/.test(choice)));
      expect(activations[1]).toEqual(activations[0]);
    });
  }
  expect(changed).toBeGreaterThan(20);
});
