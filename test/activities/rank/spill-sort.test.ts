// Tests that a sort with little memory gives the order of a sort in memory.
import { readdir, readlink } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withFolder } from '../../../activities/rank/folder.js';
import { sortRows } from '../../../activities/rank/spill-sort.js';

interface Row {
  readonly key: number;
  readonly text: string;
}
const compare = (a: Row, b: Row) => a.key - b.key || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

test('runs in files, merged, are one sorted list', async () => {
  const row = fc.record({ key: fc.integer({ min: 0, max: 20 }), text: fc.string({ maxLength: 3 }) });
  const blocks = fc.array(fc.array(row, { maxLength: 40, size: 'max' }), { maxLength: 12, size: 'max' });
  const property = fc.asyncProperty(blocks, fc.integer({ min: 1, max: 50 }), async (given, runRows) => {
    async function* rows(): AsyncGenerator<readonly Row[]> {
      yield* given;
    }
    const found: Row[] = [];
    await withFolder(async (folder) => {
      for await (const block of sortRows({ rows: rows(), compare, runRows, folder })) found.push(...block);
    });
    expect(found).toEqual(given.flat().sort(compare));
  });
  await fc.assert(property, { numRuns: 60 });
});

test.runIf(process.platform === 'linux')('a sort that is left early keeps no file open', async () => {
  await withFolder(async (folder) => {
    async function* rows(): AsyncGenerator<readonly Row[]> {
      for (let key = 0; key < 1_000; key++) yield [{ key, text: '' }];
    }
    for await (const _ of sortRows({ rows: rows(), compare, runRows: 400, folder })) break;
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });
});
