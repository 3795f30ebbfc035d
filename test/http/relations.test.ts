// Tests the Pareto front of a ranking against a plain walk over its rows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRankingTable } from '../../http/rankings/ranking-table.js';

it('finds the same front as a walk from the cheapest row on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-front-'));
  const rows = Array.from({ length: 5_000 }, (_, i) => ({
    rank: i + 1,
    // Costs repeat, so that ties are met.
    complexity: (i * 7_919) % 1_201,
    score: Number((-i / 500 + ((i * 104_729) % 97) / 400).toFixed(3)),
  }));
  const lines = rows.map(({ rank, score, complexity }) => `${rank},c${rank},${score},${complexity},1`);
  const csv = join(folder, 'ranking.csv');
  writeFileSync(csv, `${['rank,candidate,score,complexity,parameters', ...lines].join('\n')}\n`);
  const table = await openRankingTable({ database: join(folder, 'ranking.duckdb'), csv });
  try {
    const found = await table.front({ x: 'complexity', y: 'score' });
    let best = Number.NEGATIVE_INFINITY;
    const expected = [...rows]
      .sort((a, b) => a.complexity - b.complexity || b.score - a.score || a.rank - b.rank)
      .filter(({ score }) => {
        const isBetter = score > best;
        best = Math.max(best, score);
        return isBetter;
      })
      .map(({ rank }) => rank);
    expect(expected.length).toBeGreaterThan(3);
    expect(found.map(({ rank }) => rank)).toEqual(expected);
  } finally {
    await table.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
