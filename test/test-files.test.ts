// Tests that the lists in test/support about test files are complete: what skipped tests need, and which
// files are the longest; and that arbitrary lists are as long as their tests say.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONGEST } from './support/longest-first.js';
import { needOf } from './support/skips.js';
import { ROOT } from './support/zeroscout.js';

/** `test.skipIf(...)`, `describe.runIf(...)`, `skip('why')` of a test's context. */
const SKIPS = /\b(?:skipIf|runIf)\(|\bskip\(/;

const folder = import.meta.dirname;
const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });

it('every file that may skip tests has a line', () => {
  const files = all.filter((name) => name.endsWith('.test.ts') && name !== 'test-files.test.ts');
  const skipping = files.filter((name) => SKIPS.test(readFileSync(join(folder, name), 'utf8')));
  expect(skipping.length).toBeGreaterThan(10);
  expect(skipping.filter((name) => needOf(`test/${name}`) === undefined)).toEqual([]);
});

it('the longest files are there, each once', () => {
  expect(LONGEST.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  expect(new Set(LONGEST).size).toBe(LONGEST.length);
});

/** The options of an arbitrary list or text. */
const LENGTHS = /\{[^{}]*\bmaxLength: (\d+)[^{}]*\}/g;

it('long arbitrary lists have a size, without which fast-check makes none of more than some ten items', () => {
  const files = all.filter((name) => name.endsWith('.ts'));
  const long = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(LENGTHS)]
      .filter(([, length]) => Number(length) >= 20)
      .map(([options]) => `${name}: ${options}`),
  );
  expect(long.length).toBeGreaterThan(10);
  expect(long.filter((options) => !options.includes('size: '))).toEqual([]);
});
