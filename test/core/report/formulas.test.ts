// Tests that no CSV has a cell that a spreadsheet would evaluate as a formula, and that numbers stay numbers.
import { parse as parseCsv } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { failuresCsv, readFailuresCsv } from '../../../core/report/failures-csv.js';
import { paretoCsv } from '../../../core/report/pareto.js';
import { rankingHeader, rankingLines, readRankingCsv } from '../../../core/report/ranking-csv.js';
import { parseTruth } from '../../../core/report/truth.js';
import { parseCandidateList } from '../../../core/specification/candidate-list.js';
import { textCell } from '../../../core/text/text-cell.js';

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

const knows = (names: readonly string[]) => (text: string) => {
  if (!names.includes(text)) throw SpecError.of({ path: '', message: `no candidate: ${text}` });
};

// `-dash` and `'-dash` may both be names of files.
test.each([
  ['protected as in a table of suggestions', ['-dash', "'-dash", '+plus', '@at', '=is', 'plain'], textCell],
  ['written by other programs', ['-dash', '+plus', '@at', '=is', 'plain'], (name: string) => name],
  ['with quotes of their own', ["'-dash", "'plain"], (name: string) => name],
])('names of a truth file and of a list of candidates, %s', (_, names, cellOf) => {
  const text = `arch,accuracy\n${names.map((name, i) => `${cellOf(name)},${i}`).join('\n')}\n`;
  const of = { text, source: 'truth.csv', parse: knows(names) };
  expect([...parseTruth(of).accuracy]).toEqual(names.map((name, i) => [name, [i]]));
  expect(parseCandidateList(of).candidates).toEqual(names);
});

test('a name that is known in neither form is quoted as the file has it', () => {
  const of = { text: "arch,accuracy\n'-dash,1\n", source: 'truth.csv', parse: knows(['other']) };
  expect(() => parseTruth(of)).toThrow("truth.csv:2: no candidate: '-dash");
});
