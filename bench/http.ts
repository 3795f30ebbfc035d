// Implements the command `npm run bench:http`: measures how fast a ranking of a million candidates is filtered, sorted,
// paged and drawn.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openRankingTable } from '../http/rankings/ranking-table.js';
import type { RankingTable } from '../http/rankings/table-types.js';
import { median } from './measure/statistics.js';
import { syntheticRanking } from './measure/synthetic-ranking.js';

const ROWS = 1_000_000;
const ROUNDS = 5;
/** Milliseconds that issue 17 allows on 2 cores. */
const LIMITS = { page: 150, picture: 300 } as const;

const folder = await mkdtemp(join(tmpdir(), 'zeroscout-bench-http-'));
try {
  const csv = join(folder, 'ranking.csv');
  await pipeline(Readable.from(syntheticRanking(ROWS)), createWriteStream(csv));
  const started = performance.now();
  const table = await openRankingTable({ database: join(folder, 'ranking.duckdb'), csv });
  console.log(`${ROWS} rows read in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await measureAll(table);
  await table.close();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(`memory at most ${megabytes.toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Measures each query several times. Filters differ from round to round, so that no result comes from a cache. */
async function measureAll(table: RankingTable): Promise<void> {
  const filter = (round: number) => `complexity < ${100 + round}M and rank <= ${500_000 + round}`;
  const works: readonly [string, number, (round: number) => Promise<unknown>][] = [
    ['first page', LIMITS.page, () => table.page({ limit: 100 })],
    ['page of a new filter', LIMITS.page, (i) => table.page({ filter: filter(i), limit: 100 })],
    [
      'page of a new filter and sort',
      LIMITS.page,
      (i) =>
        table.page({
          filter: filter(i + 50),
          sort: { column: 'expressivity', direction: 'desc' },
          limit: 100,
        }),
    ],
    [
      'last page of that sort',
      LIMITS.page,
      (i) =>
        table.page({
          filter: filter(50 + ROUNDS - 1),
          sort: { column: 'expressivity', direction: 'desc' },
          offset: 300_000 + i,
          limit: 100,
        }),
    ],
    [
      'grid of a scatter plot',
      LIMITS.picture,
      (i) => table.grid({ filter: `rank > ${i}`, x: 'complexity', y: 'score', columns: 160, rows: 100 }),
    ],
    [
      'histogram',
      LIMITS.picture,
      (i) => table.histogram({ filter: `rank > ${i}`, column: 'score', bins: 40, trim: 0.02 }),
    ],
    [
      'Pareto front',
      LIMITS.picture,
      (i) => table.front({ filter: `rank > ${i}`, x: 'complexity', y: 'score' }),
    ],
    ['correlations of 20,000', LIMITS.picture, (i) => table.correlations({ filter: `rank > ${i}` })],
    ['sample of 5,000', LIMITS.picture, (i) => table.sample({ filter: `rank > ${i}`, size: 5_000 })],
  ];
  for (const [name, limit, work] of works) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      await work(round);
      times.push(performance.now() - started);
    }
    const middle = median(times);
    console.log(
      `${name.padEnd(32)} ${middle.toFixed(0).padStart(6)} ms${middle > limit ? `  above ${limit}` : ''}`,
    );
  }
}
