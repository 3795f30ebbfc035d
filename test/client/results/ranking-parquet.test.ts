// Tests ranking.parquet by reading it with another library than the one that wrote it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeParquet } from '../../../client/results/ranking-parquet.js';
import type { RankingRow } from '../../../core/report/ranking-csv.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zeroscout-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writtenAndRead(blocks: readonly (readonly RankingRow[])[]) {
  const path = join(folder, 'ranking.parquet');
  async function* rows() {
    yield* blocks;
  }
  await writeParquet({ path, rows });
  return parquetReadObjects({ file: await asyncBufferFromFile(path) });
}

test('numbers, infinities, proxies that were not searched for, classes', async () => {
  const row = { rank: 1, candidate: '|ä|', score: -0.1, parameters: 2 ** 40, class: '|b|' };
  const read = await writtenAndRead([
    [{ ...row, proxies: { expressivity: -Infinity, complexity: 1e21 } }],
    [{ ...row, rank: 2, candidate: 'x,"y"', proxies: { expressivity: 0.1, complexity: 7 } }],
  ]);
  const common = {
    score: -0.1,
    parameters: 2n ** 40n,
    class: '|b|',
    progressivity: null,
    trainability: null,
  };
  expect(read).toEqual([
    { ...common, rank: 1, candidate: '|ä|', expressivity: -Infinity, complexity: 1e21 },
    { ...common, rank: 2, candidate: 'x,"y"', expressivity: 0.1, complexity: 7 },
  ]);
});

test('a proxy that only later row groups have, and counts that are no whole numbers', async () => {
  const rows = Array.from({ length: 50_001 }, (_, i) => ({
    rank: i + 1,
    candidate: `${i}`,
    score: -i,
    proxies: i < 50_000 ? {} : { 'of-later': 0.5 },
    parameters: i + 0.5,
  }));
  const read = await writtenAndRead([rows.slice(0, 50_000), rows.slice(50_000)]);
  expect(read[0]).toMatchObject({ 'of-later': null, parameters: 0.5 });
  expect(read.at(-1)).toMatchObject({ 'of-later': 0.5, parameters: 50_000.5 });
});

test('no row, and more than one row group', async () => {
  expect(await writtenAndRead([])).toEqual([]);
  const rows = Array.from({ length: 100_001 }, (_, i) => ({
    rank: i + 1,
    candidate: `${i}`,
    score: -i,
    proxies: { trainability: i / 7 },
    parameters: i,
  }));
  const read = await writtenAndRead([rows.slice(0, 60_000), rows.slice(60_000)]);
  expect(read).toHaveLength(rows.length);
  expect(read.at(-1)).toMatchObject({ rank: 100_001, candidate: '100000', trainability: 100_000 / 7 });
});
