// Tests that a notation is accepted only where every candidate has a text of its own, which is read back as this
// candidate.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  candidateAt,
  countCandidates,
  parseCandidate,
  printCandidate,
} from '../../../../core/spaces/custom/candidate.js';
import { checkDefinition, type Definition } from '../../../../core/spaces/custom/schema.js';
import { space } from './spaces.js';

const written = (notation: object, stages: readonly object[]) => ({
  input: { resolution: 32 },
  classes: 10,
  notation,
  stages,
});
const check = (notation: object, stages: readonly object[]) =>
  checkDefinition({ value: written(notation, stages), source: 'a.yaml' });
const everyCandidate = (definition: Definition) =>
  Array.from({ length: Number(countCandidates(definition)) }, (_, i) => candidateAt(definition, i));
/** The definition, or the message of the error. */
const tried = (...args: Parameters<typeof check>): Definition | string => {
  try {
    return check(...args);
  } catch (error) {
    return (error as Error).message;
  }
};

const conv = { block: 'conv', width: [8, 16] };
const named = (...names: readonly string[]) => ({
  options: Object.fromEntries(names.map((name) => [name, { block: 'conv' }])),
  width: 8,
});

describe('a notation is refused', () => {
  const stage = /^a\.yaml: notation\.stage: /;
  const separator = /^a\.yaml: notation\.separator: /;
  it.each<[string, string, readonly object[], RegExp, RegExp]>([
    [
      'without an open block',
      'w{width}',
      [{ ...conv, block: ['conv', 'basic'] }],
      stage,
      /leaves out block, a choice of stages\[0\]; add \{name\}$/,
    ],
    [
      'without named options',
      'x',
      [conv, named('a', 'b')],
      stage,
      /leaves out width, .* stages\[0\]; add \{width\}$/,
    ],
    [
      'without the names of options',
      'w{width}',
      [named('a', 'b')],
      stage,
      /leaves out the option of stages\[0\]; add \{name\}$/,
    ],
    [
      'without an open depth',
      '{width}',
      [{ repeat: 2, stages: [conv, { ...conv, depth: [1, 2] }] }],
      stage,
      /leaves out depth, a choice of stages\[0\]\.stages\[1\]; add \{depth\}$/,
    ],
    [
      'that cannot write heads',
      'w{width}',
      [{ block: 'transformer', width: [64, 128], heads: [1, 2] }],
      stage,
      /leaves out heads, .*give it one value, or remove notation$/,
    ],
    [
      'with a choice that no kind has',
      'w{width}e{expansion}',
      [conv],
      stage,
      /but conv in stages\[0\] has no expansion; .*\[e\{expansion\}\]$/,
    ],
    [
      'with choices that a kind lacks',
      '{name}w{width}k{kernel}e{expansion}',
      [{ ...conv, block: ['inverted', 'identity'], expansion: [1, 2] }],
      stage,
      /identity in stages\[0\] has no kernel and no expansion; .*\[k\{kernel\}\]\[e\{expansion\}\]$/,
    ],
    [
      'with two numbers that run together',
      '{width}{depth}',
      [{ ...conv, width: [1, 11], depth: [1, 11] }],
      stage,
      /two options of stages\[0\] as "111"; put letters/,
    ],
    [
      'with names that begin alike',
      '{name}',
      [named('1', '11'), named('1', '11')],
      separator,
      /"111" can be read in two ways/,
    ],
    [
      'with names that end as others begin',
      '{name}',
      [named('a', 'ab'), named('b', 'bb')],
      separator,
      /^[^;]*"abb" can be/,
    ],
    ['with {name} in brackets', '[{name}]', [named('a', 'b')], stage, /must be letters, digits, and/],
  ])('%s', (_what, template, stages, place, message) => {
    const error = tried({ stage: template }, stages);
    expect(error).toMatch(place);
    expect(error).toMatch(message);
    expect(String(error).split('\n')).toHaveLength(1);
  });

  const [bare, full] = [
    [3, 5],
    [5, 7],
  ];
  it.each([
    ['', 'be empty', [bare, bare], 0],
    [',', 'be empty', [bare], 0],
    [' ', 'begin with a blank', [bare, full], 0],
    [' ', 'end with a blank', [full, bare], 1],
  ] as const)(
    'whose stages are separated by "%s", where a candidate would %s',
    (separator, _, kernels, place) => {
      const stages = kernels.map((kernel) => ({ block: 'conv', width: 8, kernel }));
      const message = new RegExp(
        `may write nothing for stages\\[${place}\\]; put letters outside the brackets$`,
      );
      expect(tried({ stage: '[k{kernel}]', separator }, stages)).toMatch(stage);
      expect(tried({ stage: '[k{kernel}]', separator }, stages)).toMatch(message);
      expect(tried({ stage: 'x[k{kernel}]', separator }, stages)).toBeTypeOf('object');
    },
  );

  it('with a separator that stages contain', () => {
    const stages = [named('a', 'a_b'), named('b_c', 'c')];
    expect(tried({ stage: '{name}', separator: '_' }, stages)).toMatch(separator);
    expect(tried({ stage: '{name}', separator: '-' }, stages)).toBeTypeOf('object');
  });
});

describe('a notation that is accepted', () => {
  it('is not used where a space has one candidate, which would be an empty text', () => {
    const definition = check({ stage: 'w{width}' }, [{ block: 'conv', width: 8 }]);
    const [candidate] = everyCandidate(definition);
    expect(printCandidate(definition, candidate!)).toBe('conv');
    expect(parseCandidate(definition, 'conv')).toEqual(candidate);
  });

  const name = fc.constantFrom('a', 'ab', 'b', 'ba', 'bb', '1', '11', 'a_b', '_');
  const options = fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((names) => named(...names));
  const separators = fc.constantFrom('', '', '_', ' ');

  it('of names, reads every candidate back; one that is refused has a text of two candidates', () => {
    const stages = fc.array(options, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(stages, separators, (stages, separator) => {
        const definition = tried({ stage: '{name}', separator }, stages);
        if (typeof definition === 'string') {
          const names = stages.map((stage) => Object.keys(stage.options));
          const texts = names.reduce<readonly (readonly string[])[]>(
            (all, some) =>
              all.flatMap((one) => (some.length > 1 ? some.map((name) => [...one, name]) : [one])),
            [[]],
          );
          expect(new Set(texts.map((text) => text.join(separator))).size).toBeLessThan(texts.length);
        } else
          for (const candidate of everyCandidate(definition))
            expect(parseCandidate(definition, printCandidate(definition, candidate))).toEqual(candidate);
      }),
    );
  });

  it('of choices, reads every candidate back', () => {
    const some = <Item>(...items: readonly Item[]) =>
      fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 3 });
    const stage = fc.record({
      block: some('inverted', 'basic', 'conv', 'identity', 'reduction').filter(
        (kinds) => kinds[0] === 'inverted',
      ),
      width: some(1, 11, 2, 12),
      expansion: some(1, 2, 12),
      squeeze: some(0, 4, 1),
    });
    const place = fc.constantFrom(
      '{width}',
      'w{width}',
      '{expansion}',
      '[e{expansion}]',
      '[se{squeeze}]',
      '{squeeze}',
      '[s{stride}]',
    );
    const template = fc.tuple(fc.constantFrom('', '{name}'), fc.array(place, { minLength: 1, maxLength: 4 }));
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 2 }),
        template,
        separators,
        (stages, [name, places], separator) => {
          const definition = tried({ stage: name + places.join(''), separator }, stages);
          if (typeof definition === 'string') return;
          accepted++;
          const candidates = everyCandidate(definition);
          const texts = candidates.map((candidate) => printCandidate(definition, candidate));
          expect(new Set(texts).size).toBe(texts.length);
          expect(texts.map((text) => parseCandidate(definition, text))).toEqual(candidates);
        },
      ),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('tells numbers apart that no separator parts', () => {
    const one = space(written({ stage: '{width}' }, [conv, conv]));
    expect(['88', '816', '168', '1616'].map(one.parse)).toEqual(['88', '816', '168', '1616']);
  });
});

describe('a text that is no candidate', () => {
  const macro = space(written({ stage: '{name}' }, [named('0', '1', '2'), named('0', '1')]));

  it('gets the texts that may stand in each place', () => {
    expect(() => macro.parse('0')).toThrow(/must be 2 times \{name\}, with name one of 0, 1, 2$/);
    const two = space(written({ stage: 'w{width}k{kernel}', separator: ' ' }, [{ ...conv, kernel: [3, 5] }]));
    expect(() => two.parse('w8')).toThrow(/joined by " ", with width one of 8, 16, kernel one of 3, 5$/);
    expect(() => macro.parse('02')).toThrow(/stages\[1\]: found "2"; must be one of 0, 1$/);
  });

  it('of any length is refused at once', () => {
    const stages = new Array(16).fill(named('0', '1', '2'));
    const long = space(written({ stage: '{name}' }, stages));
    expect(() => long.parse(`${'0'.repeat(100)}!`)).toThrow(/must be 16 times/);
  });

  it('gives a place two values, or an option a number that it does not have', () => {
    const twice = space(written({ stage: '{width}x{width}' }, [conv]));
    expect(twice.parse('8x8')).toBe('8x8');
    expect(() => twice.parse('8x16')).toThrow(/stages\[0\]: width is both 8 and 16/);
    const both = space(written({ stage: '{name}k{kernel}' }, [named('a', 'b')]));
    expect(both.parse('ak3')).toBe('ak3');
    expect(() => both.parse('ak5')).toThrow(/stages\[0\]: kernel is 5; must be 3, that of a/);
  });
});
