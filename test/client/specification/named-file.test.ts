// Tests that a specification may only name files inside its folder or the working folder.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { resolveNamedFile } from '../../../client/specification/named-file.js';
import { readSpecification } from '../../../client/specification/read-specification.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'zeroscout-named-')));
const folder = join(root, 'spec');
mkdirSync(join(folder, 'lists'), { recursive: true });
mkdirSync(join(root, 'spec-beside'));
writeFileSync(join(folder, 'lists', 'a.txt'), '');
writeFileSync(join(folder, '..a.txt'), '');
writeFileSync(join(root, 'secret.txt'), 'planted-secret');
writeFileSync(join(root, 'spec-beside', 'b.txt'), '');
symlinkSync(join(root, 'secret.txt'), join(folder, 'link.txt'));
symlinkSync(root, join(folder, 'up'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const field = 'strategy.file';

test.each(['lists/a.txt', '../spec/lists/a.txt', '..a.txt', 'not-there.txt'])('%s', async (file) => {
  expect(await resolveNamedFile({ folder, file, field })).toBe(join(folder, file));
});

test('absolute, inside; and inside the working folder', async () => {
  const inside = join(folder, 'lists', 'a.txt');
  expect(await resolveNamedFile({ folder, file: inside, field })).toBe(inside);
  const here = join(process.cwd(), 'package.json');
  expect(await resolveNamedFile({ folder, file: here, field })).toBe(realpathSync(here));
});

test.each([
  '../../cli/secret.txt',
  '../../cli/spec-beside/b.txt',
  '/etc/passwd',
  '/etc/not-there',
  'link.txt',
  'up/secret.txt',
  '..',
])('%s is refused', async (file) => {
  await expect(resolveNamedFile({ folder, file, field })).rejects.toMatchObject({
    issues: [{ path: field, reason: 'outside-folder' }],
  });
});

test('a list and a custom space outside are refused, and nothing of them is shown', async () => {
  const path = join(folder, 's.yaml');
  for (const [text, where] of [
    ['space: { kind: nas-bench-201 }\nstrategy: { kind: list, file: link.txt }', 'strategy.file'],
    ['space: { kind: custom, file: ../secret.txt }', 'space.file'],
  ] as const) {
    writeFileSync(path, `name: x\n${text}\n`);
    const message = await readSpecification(path).then(String, (error: Error) => error.message);
    expect(message).toContain(`${where}: `);
    expect(message).toMatch(/: found the text "[^"]+", which lies outside the specification's folder/);
    expect(message).not.toContain('planted');
  }
});
