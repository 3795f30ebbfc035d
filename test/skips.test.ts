// Checks that test/support/skips.ts says of every file with tests that some machines skip what they need.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needOf } from './support/skips.js';

/** `test.skipIf(...)`, `describe.runIf(...)`, `skip('why')` of a test's context. */
const SKIPS = /\b(?:skipIf|runIf)\(|\bskip\(/;

it('every file that may skip tests has a line', () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.test.ts') && name !== 'skips.test.ts',
  );
  const skipping = files.filter((name) => SKIPS.test(readFileSync(join(folder, name), 'utf8')));
  expect(skipping.length).toBeGreaterThan(10);
  expect(skipping.filter((name) => needOf(`test/${name}`) === undefined)).toEqual([]);
});
