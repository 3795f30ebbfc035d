// Tests that files appear whole, also where several are written under one name at once.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFile } from '../../../client/files/out-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zeroscout-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Containers that share a folder may write at once although their processes have the same number. */
test('two writers of one name do not write into the same temporary file', async () => {
  let both = () => {};
  const written = new Promise<void>((resolve) => {
    both = resolve;
  });
  let writers = 0;
  const place = (text: string) =>
    placeFile({ folder, name: 'ranking.csv' }, async (path) => {
      await writeFile(path, text);
      writers += 1;
      if (writers === 2) both();
      await written;
    });
  await Promise.all([place('first'), place('second')]);
  expect(await readdir(folder)).toEqual(['ranking.csv']);
  expect(['first', 'second']).toContain(await readFile(join(folder, 'ranking.csv'), 'utf8'));
});

test('a file that cannot be written to its end leaves the one before as it was', async () => {
  await writeFile(join(folder, 'ranking.csv'), 'before');
  const placed = placeFile({ folder, name: 'ranking.csv' }, async (path) => {
    await writeFile(path, 'half');
    throw new Error('the source is damaged');
  });
  await expect(placed).rejects.toThrow('the source is damaged');
  expect(await readdir(folder)).toEqual(['ranking.csv']);
  expect(await readFile(join(folder, 'ranking.csv'), 'utf8')).toBe('before');
});
