// Tests the figures that the API computes of a ranking against plain loops: places, correlations, samples, trimmed
// histograms, and orders of rows; and the workers and rates of the last hour.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { spearman } from '../../core/ranking/correlation.js';
import { isKnown } from '../../http/etag.js';
import { keepFleetHistory } from '../../http/fleet-history.js';
import { openRankingTable } from '../../http/rankings/ranking-table.js';
import type { RankingTable } from '../../http/rankings/table-types.js';

/** Each class has up to five members; values repeat, and some are missing. */
const ROWS = Array.from({ length: 90 }, (_, i) => ({
  rank: i + 1,
  candidate: `c${(i * 37) % 90}`,
  score: -i,
  naswot: (i * 11) % 13,
  complexity: i % 10 === 3 ? null : ((i * 7) % 30) * 1e6,
  class: `k${i % 20}`,
}));
type Row = (typeof ROWS)[number];

let folder: string;
let table: RankingTable;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-figures-'));
  const columns = ['rank', 'candidate', 'score', 'naswot', 'complexity', 'class'] as const;
  const lines = ROWS.map((row) => columns.map((name) => row[name] ?? '').join(','));
  writeFileSync(join(folder, 'ranking.csv'), `${[columns.join(','), ...lines].join('\n')}\n`);
  table = await openRankingTable({ database: join(folder, 'r.duckdb'), csv: join(folder, 'ranking.csv') });
});
afterAll(async () => {
  await table?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.useRealTimers());

const ranksOf = async (request: Parameters<RankingTable['page']>[0]) =>
  (await table.page({ limit: 1000, ...request })).rows.map(({ rank }) => rank);

it.each(['asc', 'desc'] as const)(
  'rows without a value come last, %s, and orders are not mixed up',
  async (direction) => {
    const sort = { column: 'complexity', direction };
    const sign = direction === 'asc' ? 1 : -1;
    const expected = (holds: (row: Row) => boolean) => {
      const some = ROWS.filter(holds);
      const has = some.filter(({ complexity }) => complexity !== null);
      const sorted = has.sort((a, b) => sign * (a.complexity! - b.complexity!) || a.rank - b.rank);
      return [...sorted, ...some.filter(({ complexity }) => complexity === null)].map(({ rank }) => rank);
    };
    expect(await ranksOf({ sort })).toEqual(expected(() => true));
    // The same filter with another number, and the same one in another order.
    for (const most of [40, 20])
      expect(await ranksOf({ sort, filter: `rank <= ${most}` })).toEqual(
        expected(({ rank }) => rank <= most),
      );
    expect(await ranksOf({ filter: 'rank <= 20' })).toEqual(ROWS.slice(0, 20).map(({ rank }) => rank));
  },
);

it('a candidate stands among classes, each of which counts once', async () => {
  const [row] = (await table.page({ filter: 'rank = 7', limit: 1 })).rows;
  const shares = await table.percentiles(row!);
  expect(Object.keys(shares).sort()).toEqual(['complexity', 'naswot', 'rank', 'score']);
  // The values of a class differ here, so that only those of its first rows are compared.
  // The share of the others, among which its own class is not.
  const plain = (values: readonly number[], own: number) =>
    (values.reduce((sum, value) => sum + (value < own ? 1 : value === own ? 0.5 : 0), 0) - 0.5) /
    (values.length - 1);
  const firsts = ROWS.slice(0, 20);
  const { members } = table;
  expect(await members(row!)).toEqual({
    total: 5,
    first: [6, 26, 46, 66, 86].map((i) => ({ rank: i + 1, candidate: ROWS[i]!.candidate })),
  });
  const alike = await openAlike(firsts);
  try {
    const [own] = (await alike.page({ filter: 'rank = 13', limit: 1 })).rows;
    const found = await alike.percentiles(own!);
    for (const name of ['score', 'naswot'] as const)
      expect(found[name]).toBeCloseTo(
        plain(
          firsts.map((one) => one[name]),
          Number(own![name]),
        ),
        9,
      );
  } finally {
    await alike.close();
  }
});

/** A ranking of these rows, in which every second class has two more members with the same values. */
async function openAlike(rows: readonly Row[]): Promise<RankingTable> {
  const own = mkdtempSync(join(folder, 'alike-'));
  const all = rows.flatMap((row, i) => Array.from({ length: i % 2 ? 3 : 1 }, (_, n) => ({ ...row, n })));
  const lines = all.map(
    ({ candidate, score, naswot, class: unit, n }, i) =>
      `${i + 1},${candidate}-${n},${score},${naswot},${unit}`,
  );
  writeFileSync(join(own, 'ranking.csv'), `rank,candidate,score,naswot,class\n${lines.join('\n')}\n`);
  return openRankingTable({ database: join(own, 'r.duckdb'), csv: join(own, 'ranking.csv') });
}

it('correlations are those of the selected rows, with the mean rank of equal values', async () => {
  const { columns, values, rows } = await table.correlations({ filter: 'rank <= 50 and complexity >= 0' });
  const some = ROWS.slice(0, 50).filter(({ complexity }) => complexity !== null);
  expect(rows).toBe(some.length);
  const column = (name: string) => some.map((row) => Number(row[name as keyof Row]));
  columns.forEach((a, i) => {
    columns.forEach((b, j) => {
      expect(values[i]![j], `${a} ${b}`).toBeCloseTo(spearman(column(a), column(b)), 9);
    });
  });
});

it('a sample is of the selected rows', async () => {
  const sample = await table.sample({ size: 30, filter: 'rank > 60' });
  expect(sample).toHaveLength(30);
  for (const { rank } of sample) expect(rank).toBeGreaterThan(60);
});

it('a trimmed histogram leaves out both tails', async () => {
  const whole = await table.histogram({ column: 'score', bins: 5 });
  const trimmed = await table.histogram({ column: 'score', bins: 5, trim: 0.1 });
  expect([whole.bins[0]!.low, whole.bins.at(-1)!.high, whole.outside]).toEqual([-89, 0, 0]);
  expect(trimmed.bins[0]!.low).toBeGreaterThanOrEqual(-89 * 0.9);
  expect(trimmed.bins.at(-1)!.high).toBeLessThanOrEqual(-89 * 0.1);
  const counted = trimmed.bins.reduce((sum, { count }) => sum + count, 0);
  expect(counted + trimmed.outside).toBe(ROWS.length);
  expect(trimmed.outside).toBe(18);
});

it('the deviation is that of all rows', async () => {
  const { score } = await table.statistics({ filter: 'rank <= 5' });
  expect(score!.deviation).toBeCloseTo(Math.sqrt(2), 9);
});

it('a tag is known if it is one of those that the client has', () => {
  expect(isKnown('"a", W/"b"', '"b"')).toBe(true);
  expect(isKnown('*', '"b"')).toBe(true);
  for (const header of [undefined, '', '"a"', 'b']) expect(isKnown(header, '"b"')).toBe(false);
});

it('minutes tell which workers began and went, and how many candidates were scored in a second', async () => {
  vi.useFakeTimers({ now: 0 });
  const fleets = [
    [['a', 'b'], { one: 100 }],
    [['b', 'c', 'd'], { one: 160, two: 60 }],
  ] as const;
  let look = -1;
  const history = keepFleetHistory({
    workers: {
      list: async () => {
        look += 1;
        const workers = fleets[look]![0].map((identity) => ({ identity }));
        return [{ name: 'q', device: 'cpu', workers, waiting: 2, seconds: 9 }];
      },
    },
    searches: {
      list: async function* () {
        for (const [id, done] of Object.entries(fleets[look]?.[1] ?? {})) yield { id, counts: { done } };
      },
    },
  } as never);
  await vi.advanceTimersByTimeAsync(60_000);
  history.stop();
  const [first, second] = history.minutes();
  expect(first).toMatchObject({ workers: { cpu: 2 }, begun: 0, gone: 0, rate: null, waiting: 2, oldest: 9 });
  expect(second).toMatchObject({ workers: { cpu: 3 }, begun: 2, gone: 1, rate: 2 });
});
