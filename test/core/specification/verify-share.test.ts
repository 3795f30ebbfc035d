// Tests the share of scores that is verified, as people write it: its meaning, and the messages about wrong
// ones.
import { expect, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { parseSpecification } from '../../../core/specification/specification.js';
import {
  specificationDifferences,
  specificationDigest,
} from '../../../core/specification/specification-digest.js';
import { readVerifySetting } from '../../../core/specification/verify-share.js';

const BASE = 'name: a\nspace: { kind: nas-bench-201 }\naggregation: log-rank\n';
const parse = (verify: string) =>
  parseSpecification({
    text: `${BASE}execution: { verify: ${verify} }`,
    source: 's',
  });

test.each([
  ['1%', 0.01],
  ['1.1 %', 0.011],
  ['.5%', 0.005],
  ['0.01', 0.01],
  ['100%', 1],
  ['"2%"', 0.02],
  ['off', 0],
  ['0', 0],
])('verify: %s', (text, share) => {
  expect(parse(text).execution.verify).toBe(share);
  if (!text.startsWith('"')) expect(readVerifySetting(` ${text} `)).toBe(share);
});

test.each(['0%', '101%', '-1%', '1.5', '1 percent', 'on', '[1%]', 'null', 'NaN'])(
  'verify: %s is refused',
  (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ field: 'execution.verify' }));
    expect(() => parse(text)).toThrow('1% or 0.01');
  },
);

test('ZEROSCOUT_VERIFY: nothing is off; what is no share is refused by name', () => {
  expect(readVerifySetting(undefined)).toBe(0);
  expect(readVerifySetting('')).toBe(0);
  for (const text of ['1', '1.0', '1']) expect(readVerifySetting(text)).toBe(1);
  for (const text of ['2', 'yes', '0%', '1e-2'])
    expect(() => readVerifySetting(text)).toThrow(
      new SpecError([
        {
          path: 'ZEROSCOUT_VERIFY',
          message: `found the text "${text}"; must be a share such as 1% or 0.01 (above 0, at most 100%), or off`,
        },
      ]),
    );
});

test('it is no part of a specification that does not say it, of no digest, and no difference', () => {
  const silent = parseSpecification({ text: BASE, source: 's' });
  expect(Object.keys(silent.execution)).not.toContain('verify');
  const digest = (specification: typeof silent) => specificationDigest(specification, { inputs: {} });
  expect(digest(parse('1%'))).toBe(digest(silent));
  // The digest from before this key existed.
  expect(digest(silent)).toBe('c302092477cdefc6bc12a0ee804aaca0bf709a3988a494b64b5eaa12d4858efd');
  expect(specificationDifferences(silent, parse('5%'))).toEqual([]);
});
