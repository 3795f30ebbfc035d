// Tests that text that is no valid document is refused with its source and position.
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { readDocument } from '../../../core/text/read-document.js';

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefgh'.split('').map((c, i) => {
    const before = `*${'abcdefgh'[i]}`;
    return `${c}: &${c} [${Array(9).fill(before).join(',')}]`;
  }),
].join('\n');

describe('readDocument', () => {
  it.each([
    ['syntax', 'name: a\nspace: { kind: x', /^s\.yaml:2:\d+: /],
    ['tab indent', 'a:\n\tb: 1', /^s\.yaml:2:1: .*[Tt]ab/],
    ['duplicate keys', 'a: 1\na: 2', /^s\.yaml:2:1: key "a" occurs twice; keep one/],
    ['duplicate keys in JSON', '{"a": 1, "a": 2}', /^s\.yaml:1:\d+: key "a" occurs twice; keep one/],
    ['two documents', 'a: 1\n---\nb: 2', /^s\.yaml:2:1: more than one document/],
    ['alias bomb', BOMB, /^s\.yaml: cannot be read: Excessive alias count/],
    ['alias of nothing', 'a: *b', /^s\.yaml:1:4: alias \*b has no anchor &b before it/],
    [
      'alias before its anchor',
      'a: 1\nb: [*c]\nc: &c 2',
      /^s\.yaml:2:5: alias \*c has no anchor &c before it/,
    ],
    ['alias of what it stands in', 'a: &a [*a, *a]', /^s\.yaml: nested deeper than 32 levels/],
    ['alias of its own mapping', 'a: &a { b: *a }', /^s\.yaml: nested deeper than 32 levels/],
    [
      'a deep value of a flat text',
      [0, 1, 2].map((i) => `k${i}: &k${i} ${'['.repeat(14)}${i && `*k${i - 1}`}${']'.repeat(14)}`).join('\n'),
      /^s\.yaml: nested deeper than 32 levels/,
    ],
    ['a tag', 'a: !!js/function x', /^s\.yaml:1:4: Unresolved tag/],
    ['list as key', '? [1, 2]\n: 3', /^s\.yaml:1:\d+: /],
    ['nothing', '', /^s\.yaml: empty/],
    ['only a comment', '# hi\n', /^s\.yaml: empty/],
    ['too large in bytes', `a: ${'ä'.repeat(600_000)}`, /^s\.yaml: larger than 1 MiB/],
    ['too large', `a: ${'x'.repeat(1024 * 1024)}`, /^s\.yaml: larger than 1 MiB/],
    ['lists too deep', '['.repeat(1_000_000), /^s\.yaml: nested deeper than 32 levels/],
    ['rows too deep', '- '.repeat(500_000), /^s\.yaml: nested deeper than 32 levels/],
    [
      'mappings too deep',
      Array.from({ length: 99 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /^s\.yaml: nested deeper/,
    ],
    [
      'many keys',
      `${Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n')}\nk7: 2`,
      /^s\.yaml:10001:1: key "k7" occurs twice/,
    ],
  ])('%s', (_, text, expected) => {
    let caught: unknown;
    try {
      readDocument({ text, source: 's.yaml' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SpecError);
    expect((caught as SpecError).message).toMatch(expected);
    expect((caught as SpecError).issues.length).toBeLessThanOrEqual(20);
  });

  it('reads YAML and JSON, and never changes a prototype', () => {
    expect(readDocument({ text: 'a: [1, x]\n', source: 's' })).toEqual({ a: [1, 'x'] });
    expect(readDocument({ text: '{\n\t"a": [1, "x"]\n}', source: 's' })).toEqual({ a: [1, 'x'] });
    const value = readDocument({ text: '__proto__: { polluted: 1 }', source: 's' });
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

it('binary data are refused by name', () => {
  const text = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]).toString('utf8');
  const read = () => readDocument({ text, source: 'my.yaml' });
  expect(read).toThrow(
    expect.objectContaining({
      issues: [expect.objectContaining({ file: 'my.yaml', reason: 'binary-data' })],
    }),
  );
});

it('speaks of spaces where it reads one', () => {
  const read = (text: string) => () => readDocument({ text, source: 'my.yaml', holds: 'space' });
  expect(read('# nothing')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('input, classes and stages'),
      issues: [expect.objectContaining({ file: 'my.yaml', reason: 'empty' })],
    }),
  );
  for (const text of ['', '['.repeat(50), `a: ${'x'.repeat(1024 * 1024)}`])
    expect(read(text)).toThrow(/^my\.yaml: (?!.*specification)/);
  for (const value of [null, [1], 'text', 3])
    expect(() => checkDefinition({ value, source: 'my.yaml' })).toThrow(
      /^my\.yaml: found .*input, classes and stages/,
    );
});
