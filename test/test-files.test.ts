// Tests that the lists in test/support about test files are complete: what skipped tests need, and which
// files are the longest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONGEST } from './support/longest-first.js';
import { needOf } from './support/skips.js';
import { ROOT } from './support/zeroscout.js';

/** `test.skipIf(...)`, `describe.runIf(...)`, `skip('why')` of a test's context. */
const SKIPS = /\b(?:skipIf|runIf)\(|\bskip\(/;

it('every file that may skip tests has a line', () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.test.ts') && name !== 'test-files.test.ts',
  );
  const skipping = files.filter((name) => SKIPS.test(readFileSync(join(folder, name), 'utf8')));
  expect(skipping.length).toBeGreaterThan(10);
  expect(skipping.filter((name) => needOf(`test/${name}`) === undefined)).toEqual([]);
});

it('the longest files are there, each once', () => {
  expect(LONGEST.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  expect(new Set(LONGEST).size).toBe(LONGEST.length);
});
