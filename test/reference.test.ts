// Tests that the generated reference pages are up to date.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { commandNames } from '../scripts/reference/commands.mjs';
// @ts-expect-error: a script without types.
import { referencePages } from '../scripts/reference.mjs';

const pages = referencePages() as Readonly<Record<string, string>>;

test.each(Object.keys(pages))('%s is not stale; else: npm run docs:reference', (path) => {
  expect(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')).toBe(pages[path]);
});

test('every command has a section, also one that has subcommands', () => {
  const names = commandNames() as readonly string[];
  expect(names).toEqual(expect.arrayContaining(['run', 'workers', 'workers release', 'schedule create']));
  const sections = [...pages['docs/reference/commands.md']!.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(names);
});
