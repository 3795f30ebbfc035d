// Tests that blocks of values come back as they were written, and that a disk without room for one is an error.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendBlock, readBlocks } from '../../../activities/rank/blocks.js';
import { withFolder } from '../../../activities/rank/folder.js';
import { ROOT } from '../../support/zeroscout.js';

test('blocks are read in the order in which they were appended', async () => {
  const blocks: unknown[][] = [[1, -0, -Infinity], [], [{ candidate: 'ä' }]];
  await withFolder(async (folder) => {
    const path = join(folder, 'blocks');
    for (const block of blocks) await appendBlock(path, block);
    const found = [];
    for await (const block of readBlocks(path)) found.push(block);
    expect(found).toEqual(blocks);
  });
});

/** The limit of file sizes does what a full disk does: `write` writes what has room, and returns that length. */
test.skipIf(process.platform === 'win32')('a block of which the end has no room is an error', async () => {
  const blocks = JSON.stringify(join(ROOT, 'dist/activities/rank/blocks.js'));
  await withFolder(async (folder) => {
    const code = `
      const { appendBlock } = await import(${blocks});
      const written = appendBlock(${JSON.stringify(join(folder, 'blocks'))}, ['x'.repeat(20_000)]);
      console.log(await written.then(() => 'written', (error) => error.code));`;
    const args = ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', code];
    expect(execFileSync('sh', args, { encoding: 'utf8' })).toBe('EFBIG\n');
  });
});
