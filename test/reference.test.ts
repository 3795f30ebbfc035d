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

test('declarations of the API are whole, and the types of options and results that they name are shown', () => {
  const page = pages['docs/reference/api.md']!;
  const declarations = [...page.matchAll(/^### (\w+)\n\n```ts\n([\s\S]*?)\n```/gm)];
  expect(declarations.length).toBeGreaterThan(100);
  expect(declarations.filter(([, , text]) => /[=|]$/.test(text!)).map(([, name]) => name)).toEqual([]);
  const shown = new Map(declarations.map(([, name, text]) => [name!, text!]));
  expect(shown.get('MeasurementNeed')).toContain("'weight-gradients'");
  // Of options, of values of options, and of results.
  expect([...shown.keys()]).toEqual(
    expect.arrayContaining(['Timing', 'OVERLAPS', 'DEVICES', 'ServiceStatus']),
  );
});

test('every command has a section, also one that has subcommands', () => {
  const names = commandNames() as readonly string[];
  expect(names).toEqual(expect.arrayContaining(['run', 'workers', 'workers release', 'schedule create']));
  const sections = [...pages['docs/reference/commands.md']!.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(names);
});
