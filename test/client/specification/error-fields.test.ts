// Tests that errors of a specification hold the field separately from the file, the line and the field within
// that file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  readSpecificationInput,
  type SpecificationInput,
} from '../../../client/specification/read-specification.js';
import { readTruth } from '../../../client/specification/read-truth.js';
import { type Issue, SpecError } from '../../../core/errors.js';
import { openSpace } from '../../../core/spaces/index.js';
import { spaceOfKind } from '../../../core/specification/space.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-fields-'));
  writeFileSync(join(folder, 'broken.yaml'), 'name: a\nspace: [1,');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

async function firstIssue(work: () => Promise<unknown>): Promise<Issue> {
  const error = await work().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(SpecError);
  const { field, issues } = error as SpecError;
  expect(field).toBe(issues[0]!.path);
  expect(field).toMatch(/^[\w.]+$/);
  return issues[0]!;
}

const files = (name: string) => bytes(name.endsWith('.npy') ? 'x' : FILES[name]!);
const FILES: Readonly<Record<string, string>> = {
  'cells.txt': '# cells\nno such cell\n',
  'space.yaml': 'input: 3\nclasses: 10\nstages: []\n',
  'syntax.yaml': 'input: [',
  's.mjs': 'export default 1',
};

test.each<readonly [SpecificationInput, Partial<Issue>]>([
  [{ text: 'name: [' }, { path: 'specification', line: 1 }],
  [{ text: 'name: a\nname: b' }, { path: 'specification', line: 2, column: 1 }],
  [{ text: '' }, { path: 'specification' }],
  [{ value: [] }, { path: 'specification' }],
  [{ text: 'name: a\nspace: nasbench' }, { path: 'space' }],
  [
    { text: 'name: a\nspace: nas-bench-201\nstrategy: { kind: list, file: cells.txt }', files },
    { path: 'strategy.file', file: 'cells.txt', line: 2 },
  ],
  [
    { text: 'name: a\nspace: { kind: custom, file: space.yaml }', files },
    { path: 'space.file', file: 'space.yaml', key: 'input' },
  ],
  [
    { text: 'name: a\nspace: { kind: custom, file: syntax.yaml }', files },
    { path: 'space.file', file: 'syntax.yaml', line: 1 },
  ],
  [
    { text: 'name: a\nspace: { kind: module, file: s.mjs }', files },
    { path: 'space.file', file: 's.mjs' },
  ],
  [
    { text: 'name: a\nspace: nas-bench-201\ninput: { images: a.npy }', files },
    { path: 'input.images', file: 'a.npy' },
  ],
])('specification %#', async (input, expected) => {
  expect(await firstIssue(() => readSpecificationInput(input, { modules: 'refused' }))).toMatchObject(
    expected,
  );
});

test('a value that is nested deeper than a text may be, or within itself', async () => {
  const depth = 30_000;
  const deep = JSON.parse(`${'{"name":'.repeat(depth)}1${'}'.repeat(depth)}`) as object;
  const endless: { name: unknown } = { name: 'a' };
  endless.name = [endless];
  for (const value of [deep, { name: 'a', space: deep }, endless]) {
    const issue = await firstIssue(() => readSpecificationInput({ value }, { modules: 'refused' }));
    expect(issue).toMatchObject({ path: 'specification', message: expect.stringContaining('32 levels') });
  }
});

test('of a file, and of one that is not there', async () => {
  const read = (name: string) => () =>
    readSpecificationInput({ path: join(folder, name) }, { modules: 'refused' });
  const broken = { path: 'specification', file: join(folder, 'broken.yaml'), line: 2 };
  expect(await firstIssue(read('broken.yaml'))).toMatchObject(broken);
  expect(await firstIssue(read('none.yaml'))).toMatchObject({ path: 'specification' });
});

test('known accuracies', async () => {
  const space = openSpace(spaceOfKind({ kind: 'nas-bench-201', path: 'kind' }));
  const read = () => readTruth({ path: bytes('arch,cifar10\nno cell,90\n'), space, name: 'truth.csv' });
  expect(await firstIssue(read)).toMatchObject({ path: 'truth', file: 'truth.csv', line: 2 });
  // A list of networks to leave out may have no accuracy yet.
  const cell = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
  const of = { path: bytes(`arch,accuracy\n${cell},\n`), space, name: 'open.csv' };
  expect(await firstIssue(() => readTruth(of))).toMatchObject({ path: 'truth', reason: 'empty' });
  expect((await readTruth({ ...of, field: 'known' })).accuracy.size).toBe(0);
  const empty = () => readTruth({ ...of, path: bytes(''), field: 'known' });
  expect(await firstIssue(empty)).toMatchObject({ path: 'known', reason: 'empty' });
});
