// Writes rows of a ranking as CSV.
import type { Cell } from '../../http/answers.js';

export function csvOf(names: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const lines = rows.map((row) => names.map((name) => cell(row[name])).join(','));
  return `${[names.join(','), ...lines].join('\n')}\n`;
}

/** An apostrophe keeps spreadsheets from evaluating a text as a formula, as in ranking.csv. */
function cell(value: Cell | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const isNumber = value === 'inf' || value === '-inf';
  const safe = !isNumber && /^'*[=+@\t\r\n＝＋－＠-]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The columns that may hold candidates: that of a table of accuracies, and that of a ranking. */
const CANDIDATES = ['arch', 'candidate'];

/**
 * The numbers in the column `dataset` of a table that the server has accepted, by the text of the candidate. Its
 * columns are in any order.
 */
export function accuraciesOf(text: string, dataset: string): ReadonlyMap<string, number> {
  const { header, rows } = parseTable(text);
  const candidate = header.findIndex((name) => CANDIDATES.includes(name));
  const column = header.indexOf(dataset);
  return new Map(
    rows.flatMap((cells) => {
      const accuracy = Number.parseFloat(cells[column] ?? '');
      return Number.isNaN(accuracy) ? [] : [[cells[candidate] ?? '', accuracy] as const];
    }),
  );
}

export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The cells of a CSV text with a header, without the spaces around them; within quotes, quotes are doubled. */
export function parseTable(text: string): TextTable {
  const rows: string[][] = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\r|\n|$)/gy;
  while (cells.lastIndex < text.length) {
    const [, quoted, plain = '', end] = cells.exec(text) ?? [];
    if (end === undefined) break;
    rows.at(-1)!.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end !== ',' && end !== '') rows.push([]);
  }
  const [header = [], ...rest] = rows;
  return { header, rows: rest.filter((row) => row.some((cell) => cell !== '')) };
}
