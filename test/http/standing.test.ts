// Tests the percentiles of a candidate: shares of the others, of which a class counts once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRankingTable } from '../../http/rankings/ranking-table.js';

async function percentilesOf(text: string): Promise<Readonly<Record<string, number>>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-standing-'));
  const csv = join(folder, 'ranking.csv');
  writeFileSync(csv, text);
  const table = await openRankingTable({ database: join(folder, 'ranking.duckdb'), csv });
  try {
    const { rows } = await table.page({});
    return await Promise.all(rows.map((row) => table.percentiles(row)));
  } finally {
    await table.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

it('of two candidates one is better than all others, and one than none', async () => {
  const found = await percentilesOf('rank,candidate,score,flops\n1,a,-0.5,200\n2,b,-1.5,100\n');
  expect(found).toEqual([
    { rank: 0, score: 1, flops: 1 },
    { rank: 1, score: 0, flops: 0 },
  ]);
});

it('others with an equal value count half, and members of its class not at all', async () => {
  const found = await percentilesOf(
    'rank,candidate,score,zen,class\n1,a,-0.5,7,a\n2,b,-0.5,7,a\n3,c,-1,7,c\n4,d,-2,-inf,d\n5,e,-3,3,e\n',
  );
  const zen = found.map((percentiles) => percentiles.zen);
  expect(zen).toEqual([5 / 6, 5 / 6, 5 / 6, 0, 1 / 3]);
  expect(found.map(({ score }) => score)).toEqual([1, 1, 2 / 3, 1 / 3, 0]);
});

it('a candidate without others is in the middle', async () => {
  expect(await percentilesOf('rank,candidate,score,class\n1,a,-0.5,a\n')).toEqual([
    { rank: 0.5, score: 0.5 },
  ]);
});
