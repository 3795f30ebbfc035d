// Tests that no CSV has a cell that a spreadsheet would evaluate as a formula, and that numbers stay numbers.
import { parse as parseCsv } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { failuresCsv, readFailuresCsv } from '../../../core/report/failures-csv.js';
import { paretoCsv } from '../../../core/report/pareto.js';
import { rankingHeader, rankingLines, readRankingCsv } from '../../../core/report/ranking-csv.js';

const FORMULAS = [
  '=HYPERLINK("http://x","y")',
  '+1+cmd',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  "'=1",
  '＝1',
  'a;=1+1',
  'a,=1',
  'a"\n=1',
];

/** A cell as a spreadsheet reads it, or undefined if it is harmless. */
const dangerous = (cell: string) =>
  /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^-?(inf|[\d.]+(e[+-]?\d+)?)$/.test(cell);
const cellsOf = (csv: string, delimiter = ',') =>
  (parseCsv(csv, { delimiter, relax_column_count: true, record_delimiter: '\n' }) as string[][]).flat();

const rows = FORMULAS.map((candidate, i) => ({
  rank: i + 1,
  candidate,
  score: -i - 0.5,
  proxies: { expressivity: Number.NEGATIVE_INFINITY, trainability: -1e-30 },
  parameters: 1,
  class: candidate,
}));
const failures = FORMULAS.map((text) => ({ candidate: text, reason: text, detail: text }));
const csvs = {
  'ranking.csv': rankingHeader({ cohort: 'classes' }) + rankingLines(rows),
  'failures.csv': [...failuresCsv(failures)].join(''),
  'a Pareto front': paretoCsv(rows.map((row) => ({ ...row, flops: 2 }))),
};

test.each(Object.entries(csvs))('%s', (_, csv) => {
  const cells = cellsOf(csv);
  expect(cells.length).toBeGreaterThan(FORMULAS.length * 3);
  expect(cells.filter(dangerous)).toEqual([]);
  // Where semicolons separate cells, a cell must not end in the middle of a text.
  const parted = FORMULAS.filter((text) => text.includes(';')).map((text) => text.split(';')[1]!);
  for (const rest of parted) expect(cellsOf(csv.replaceAll(',', ';'), ';')).not.toContain(rest);
});

test('numbers below zero are written as such, and everything reads back', () => {
  expect(csvs['ranking.csv']).toContain(',-0.5,-inf,,-1e-30,,1,');
  expect(readRankingCsv(csvs['ranking.csv'])).toEqual(rows);
  expect(readFailuresCsv(csvs['failures.csv'])).toEqual(failures);
});
