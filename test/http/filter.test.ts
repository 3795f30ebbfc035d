// Tests that filters of a ranking mean what they say: every condition is compared with the same one in
// JavaScript, over a real table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { rankingHeader, rankingLines } from '../../core/report/ranking-csv.js';
import { parseFilter } from '../../http/rankings/filter.js';
import { openRankingTable } from '../../http/rankings/ranking-table.js';
import type { RankingTable } from '../../http/rankings/table-types.js';

const ROWS = Array.from({ length: 60 }, (_, i) => ({
  rank: i + 1,
  candidate: `${['=conv', "'quoted", 'a,b', 'CONV|skip', '日本'][i % 5]}~${i}`,
  score: i === 59 ? Number.NEGATIVE_INFINITY : -(i + 1) / 7,
  proxies: {
    expressivity: i % 9 === 0 ? Number.NEGATIVE_INFINITY : (i * 13) % 17,
    complexity: 1e6 * ((i * 29) % 31),
  },
  parameters: (i * 7) % 5,
}));
const COLUMNS = new Map([
  ['rank', 'number'],
  ['candidate', 'text'],
  ['score', 'number'],
  ['expressivity', 'number'],
  ['complexity', 'number'],
  ['parameters', 'number'],
] as const);

let folder: string;
let table: RankingTable;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-filter-'));
  const csv = join(folder, 'ranking.csv');
  writeFileSync(csv, rankingHeader({ cohort: 'written' }) + rankingLines(ROWS));
  table = await openRankingTable({ database: join(folder, 'r.duckdb'), csv });
});
afterAll(async () => {
  await table?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ranksOf = async (filter: string) =>
  (await table.page({ filter, limit: 1000 })).rows.map(({ rank }) => rank);

interface Case {
  readonly text: string;
  readonly holds: (row: (typeof ROWS)[number]) => boolean;
}

it('flops and complexity stand for each other where only one is a column', async () => {
  const few = { filter: 'flops < 9M', limit: 1000 };
  expect((await table.page(few)).rows).toEqual(
    (await table.page({ ...few, filter: 'complexity < 9M' })).rows,
  );
  const columns = new Map([['flops', 'number']] as const);
  expect(parseFilter({ text: 'complexity < 9M', columns }).sql).toContain('flops');
  // The columns of AZ-NAS that have no value are none.
  expect([...table.columns.keys()]).toEqual([
    'rank',
    'candidate',
    'score',
    'expressivity',
    'complexity',
    'parameters',
  ]);
});

const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
const VALUES = {
  rank: (row: (typeof ROWS)[number]) => row.rank,
  score: (row: (typeof ROWS)[number]) => row.score,
  expressivity: (row: (typeof ROWS)[number]) => row.proxies.expressivity,
  complexity: (row: (typeof ROWS)[number]) => row.proxies.complexity,
  parameters: (row: (typeof ROWS)[number]) => row.parameters,
};
const NUMBERS: readonly (readonly [string, number])[] = [
  ['3', 3],
  ['-2.5', -2.5],
  ['15M', 15e6],
  ['12k', 12e3],
  ['1e7', 1e7],
  ['1E7', 1e7],
  ['5000M', 5e9],
  ['1e300', 1e300],
  ['-inf', Number.NEGATIVE_INFINITY],
];

const comparison = fc
  .tuple(
    fc.constantFrom(...(Object.keys(VALUES) as (keyof typeof VALUES)[])),
    fc.constantFrom(...Object.keys(OPERATORS)),
    fc.constantFrom(...NUMBERS),
  )
  .map(
    ([column, operator, [written, value]]): Case => ({
      text: `${column} ${operator} ${written}`,
      holds: (row) => OPERATORS[operator]!(VALUES[column](row), value),
    }),
  );
const contains = fc.constantFrom('conv', 'skip', ',', "'", '日').map(
  (part): Case => ({
    text: `candidate ~ "${part}"`,
    holds: ({ candidate }) => candidate.toLowerCase().includes(part),
  }),
);
const { condition } = fc.letrec<{ condition: Case }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    comparison,
    contains,
    fc.tuple(tie('condition'), tie('condition')).map(
      ([a, b]): Case => ({
        text: `(${a.text}) and (${b.text})`,
        holds: (row) => a.holds(row) && b.holds(row),
      }),
    ),
    fc.tuple(tie('condition'), tie('condition')).map(
      ([a, b]): Case => ({
        text: `(${a.text} OR ${b.text})`,
        holds: (row) => a.holds(row) || b.holds(row),
      }),
    ),
    tie('condition').map((a): Case => ({ text: `not (${a.text})`, holds: (row) => !a.holds(row) })),
  ),
}));

describe('filters', () => {
  it('let through what the same condition in JavaScript lets through', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async ({ text, holds }) => {
        expect(await ranksOf(text)).toEqual(ROWS.filter(holds).map(({ rank }) => rank));
      }),
      { numRuns: 60 },
    );
  });

  it('bind "and" closer than "or"', async () => {
    expect(await ranksOf('rank = 1 or rank = 2 and rank = 3')).toEqual([1]);
  });

  it('look for a text as it is typed, with or without quotes', () => {
    const lookedFor = (text: string) => parseFilter({ text, columns: COLUMNS }).values;
    for (const text of ['012', '100M', '1e3', '-inf', 'conv', '.50'])
      expect(lookedFor(`candidate ~ ${text}`), text).toEqual([text]);
    for (const text of ['net-inf', 'a -infinity b']) {
      expect(lookedFor(`candidate ~ "${text}"`), text).toEqual([text]);
      expect(lookedFor(`candidate = '${text}'`), text).toEqual([text]);
    }
    expect(lookedFor('score > -Inf and rank < 3')).toEqual([Number.NEGATIVE_INFINITY, 3]);
  });

  it('never become SQL, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60, size: 'max' }), (text) => {
        try {
          const { sql } = parseFilter({ text, columns: COLUMNS });
          expect(sql).toMatch(/^[\w\s"<>=?().,]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(SpecError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['scor < 3', /scor.*did you mean "score"/],
    ['score <', /found the end.*number/],
    ['score < "a"', /must be a number/],
    ['(score < 3', /"\)" is missing/],
    ['score < 3 rank', /and.*or/],
    ['candidate < 3', /quotes/],
    [`${'('.repeat(50)}rank = 1${')'.repeat(50)}`, /deep/],
    ['rank = 1; drop table ranking', /found ";/],
    ['candidate ~ 3x3', /found "3x3"; must be .* a text in quotes/],
    ['flops < 0.1B', /found "0.1B"; must be .* a number such as 100M/],
  ])('%s is refused with a reason', (text, reason) => {
    expect(() => parseFilter({ text, columns: COLUMNS })).toThrow(reason);
  });
});

describe('a table', () => {
  it('gives back every text and number of ranking.csv', async () => {
    const { rows, total } = await table.page({ limit: 1000 });
    expect(total).toBe(ROWS.length);
    expect(rows.map(({ rank, candidate, score }) => ({ rank, candidate, score }))).toEqual(
      ROWS.map(({ rank, candidate, score }) => ({ rank, candidate, score })),
    );
    expect(rows[0]).toMatchObject({ progressivity: null });
  });

  it('sorts by any column, ties by rank, and finds a candidate again', async () => {
    const sort = { column: 'parameters', direction: 'desc' } as const;
    const sorted = [...ROWS].sort((a, b) => b.parameters - a.parameters || a.rank - b.rank);
    const { rows } = await table.page({ sort, offset: 20, limit: 10 });
    expect(rows.map(({ rank }) => rank)).toEqual(sorted.slice(20, 30).map(({ rank }) => rank));
    expect(await table.position({ sort, candidate: sorted[33]!.candidate })).toBe(33);
    expect(
      await table.position({ sort, filter: 'rank < 0', candidate: sorted[33]!.candidate }),
    ).toBeUndefined();
  });

  it('counts every finite value once in a histogram and in a grid', async () => {
    const finite = ROWS.filter(({ proxies }) => Number.isFinite(proxies.expressivity));
    const { bins, outside } = await table.histogram({ column: 'expressivity', bins: 7 });
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(finite.length);
    expect(outside).toBe(ROWS.length - finite.length);
    for (const { low, high, count } of bins.slice(0, -1))
      expect(count).toBe(
        finite.filter(({ proxies: { expressivity: e } }) => e >= low - 1e-9 && e < high - 1e-9).length,
      );
    const grid = await table.grid({ x: 'expressivity', y: 'score', columns: 5, rows: 4 });
    const both = finite.filter(({ score }) => Number.isFinite(score));
    expect(grid.cells.reduce((sum, { count }) => sum + count, 0)).toBe(both.length);
    expect(Math.min(...grid.cells.map(({ best }) => best))).toBe(both[0]!.rank);
  });

  it('tells the statistics of a selection', async () => {
    const { complexity } = await table.statistics({ filter: 'rank <= 10' });
    const values = ROWS.slice(0, 10).map(({ proxies }) => proxies.complexity);
    expect(complexity).toMatchObject({ count: 10, min: Math.min(...values), max: Math.max(...values) });
    expect(complexity!.mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 10, 6);
  });
});
