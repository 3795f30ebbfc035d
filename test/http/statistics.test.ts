// Tests that statistics of a ranking's columns are exact, whatever the signs of the values.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRankingTable } from '../../http/rankings/ranking-table.js';

const SHARES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

it('every quantile lies where it does in the sorted column, also where all values are negative', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-statistics-'));
  const rows = Array.from({ length: 1_000 }, (_, i) => ({
    score: -(((i * 7_919) % 1_000) + 1) / 8,
    mixed: ((i * 104_729) % 1_000) - 700,
  }));
  const lines = rows.map(({ score, mixed }, i) => `${i + 1},c${i + 1},${score},${mixed}`);
  const csv = join(folder, 'ranking.csv');
  writeFileSync(csv, `${['rank,candidate,score,complexity', ...lines].join('\n')}\n`);
  const table = await openRankingTable({ database: join(folder, 'ranking.duckdb'), csv });
  try {
    const found = await table.statistics({});
    for (const [column, values] of [
      ['score', rows.map(({ score }) => score)],
      ['complexity', rows.map(({ mixed }) => mixed)],
    ] as const) {
      const sorted = [...values].sort((a, b) => a - b);
      for (const share of SHARES) {
        const place = share * (sorted.length - 1);
        const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
        const expected = low + (high - low) * (place - Math.floor(place));
        expect(found[column]!.quantiles[String(share)], `${column} at ${share}`).toBeCloseTo(expected, 8);
      }
    }
    const none = await table.statistics({ filter: 'score > 0' });
    expect(none.score!.quantiles).toEqual(Object.fromEntries(SHARES.map((share) => [String(share), null])));
  } finally {
    await table.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('no bin and no cell loses the smallest value, whatever its last digits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-statistics-'));
  // DuckDB reads these digits, where they stand in a query, as a number that is larger by one unit in the last place.
  const values = [0.42451854112421317, 0.6, 0.7, 0.9];
  const csv = join(folder, 'ranking.csv');
  const lines = values.map((value, i) => `${i + 1},c${i + 1},${value},${value}`);
  writeFileSync(csv, `${['rank,candidate,score,complexity', ...lines].join('\n')}\n`);
  const table = await openRankingTable({ database: join(folder, 'ranking.duckdb'), csv });
  try {
    const { bins } = await table.histogram({ column: 'score', bins: 20 });
    expect(bins.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(values.length);
    const { cells } = await table.grid({ x: 'score', y: 'complexity', columns: 20, rows: 20 });
    expect(cells.map(({ x, y }) => Math.min(x, y)).sort((a, b) => a - b)[0]).toBe(0);
  } finally {
    await table.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
