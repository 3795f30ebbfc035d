// Tests that a folder is created with its parents, or that an error says why not, without ever hanging.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { resolveHome } from '../../../client/embedded/home.js';
import { createFolders } from '../../../client/embedded/home-folders.js';
import { makeFolder } from '../../../client/files/make-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'zeroscout-folders-'));
const file = join(folder, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true }));

test('those above are made too, and what is there stays', () => {
  const path = join(folder, 'a/b/c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test('a file in the way is said, wherever it is', () => {
  for (const path of [file, join(file, 'x'), join(file, 'x/y')])
    expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

test.skipIf(!existsSync('/proc/self'))('a file system that makes no folders ends it', () => {
  for (const path of ['/proc/x', '/proc/x/y/z'])
    expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('a home that cannot be is named', () => {
  for (const root of [file, '/proc/x'])
    expect(() => createFolders({ home: resolveHome({ env: { ZEROSCOUT_HOME: root } }) })).toThrow(
      `ZEROSCOUT_HOME: ${root} cannot be written: `,
    );
});
