// In: the rows of a finished ranking, in order. Out: the text of ranking.csv in pieces; and back to rows.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../spec/errors.js';
import { PROXIES, type ProxyName } from '../spec/specification.js';
import { formatNumber, parseNumber } from './numbers.js';
import { fromTextCell, textCell } from './text-cell.js';

export const RANKING_HEADER = ['rank', 'candidate', 'score', ...PROXIES, 'parameters'] as const;

export interface RankingRow {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly proxies: Readonly<Partial<Record<ProxyName, number>>>;
  readonly parameters: number;
  readonly class?: string;
}

/** The first line; `class` is a last column, where ranks were taken over classes. */
export function rankingHeader({ cohort }: { readonly cohort: 'written' | 'classes' }): string {
  return `${headerOf(cohort).join(',')}\n`;
}

/** A line for each row, ended by a line feed. Equal rows give equal bytes. Throws a RangeError for NaN. */
export function rankingLines(rows: readonly RankingRow[]): string {
  let lines = '';
  for (const { rank, candidate, score, proxies, parameters, class: unit } of rows) {
    lines += `${rank},${textCell(candidate)},${formatNumber(score)}`;
    for (const name of PROXIES) {
      const value = proxies[name];
      lines += value === undefined ? ',' : `,${formatNumber(value)}`;
    }
    lines += `,${formatNumber(parameters)}${unit === undefined ? '' : `,${textCell(unit)}`}\n`;
  }
  return lines;
}

function headerOf(cohort: 'written' | 'classes'): readonly string[] {
  return cohort === 'classes' ? [...RANKING_HEADER, 'class'] : RANKING_HEADER;
}

/** The rows of a ranking.csv. Throws a SpecError that names `source` (ranking.csv if not given) and the line. */
export function readRankingCsv(
  text: string,
  { source = 'ranking.csv' }: { readonly source?: string } = {},
): RankingRow[] {
  const reader = createRankingReader({ source });
  return [...reader.push(text), ...reader.end()];
}

/** The same for a text that comes in pieces: rows as soon as they are complete. */
export function createRankingReader({ source = 'ranking.csv' }: { readonly source?: string } = {}) {
  let rest = '';
  let header: readonly string[] | undefined;
  let count = 0;
  const read = (text: string): RankingRow[] => {
    const cells = readCells({ text, source });
    if (!header) {
      header = cells.shift();
      const expected = RANKING_HEADER.join(',');
      if (
        !(['written', 'classes'] as const).some((cohort) => headerOf(cohort).join(',') === header?.join(','))
      )
        throw SpecError.of({ path: `${source}:1`, message: `not a ranking; must start with ${expected}` });
    }
    return cells.map((row) => {
      count += 1;
      const path = `${source}, row ${count}`;
      if (row.length !== header!.length)
        throw SpecError.of({ path, message: `found ${row.length} cells; must be ${header!.length}` });
      const parsed = readRow({ cells: row, path });
      if (parsed.rank === count) return parsed;
      throw SpecError.of({ path, message: `found rank ${parsed.rank}; rows are missing` });
    });
  };
  return {
    push: (piece: string): RankingRow[] => {
      const text = rest + piece;
      const end = completeLines(text);
      rest = text.slice(end);
      return end > 0 ? read(text.slice(0, end)) : [];
    },
    /** What is left; an empty text is no ranking. */
    end: (): RankingRow[] => (rest !== '' || !header ? read(rest) : []),
  };
}

/** Where the last complete line of `text` ends: at a line feed outside quotes. */
function completeLines(text: string): number {
  let end = text.lastIndexOf('\n') + 1;
  if (!text.includes('"')) return end;
  while (end > 0 && text.slice(0, end).split('"').length % 2 === 0) end = text.lastIndexOf('\n', end - 2) + 1;
  return end;
}

function readCells({ text, source }: { readonly text: string; readonly source: string }): string[][] {
  // a million lines without a quote need no parser
  if (!/["\r]/.test(text) && text.endsWith('\n')) return plainCells(text);
  try {
    return parseCsv(text, { bom: true, record_delimiter: ['\n', '\r\n'] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw SpecError.of({ path: source, message: `not a ranking: ${error.message}` });
  }
}

function plainCells(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  lines.pop();
  return lines.map((line) => line.split(','));
}

function readRow({ cells, path }: { readonly cells: readonly string[]; readonly path: string }): RankingRow {
  const [rank = '', candidate = '', score = ''] = cells;
  const raw = PROXIES.map((name, index) => [name, cells[index + 3] ?? ''] as const).filter(
    ([, cell]) => cell !== '',
  );
  try {
    return {
      rank: parseNumber(rank),
      candidate: fromTextCell(candidate),
      score: parseNumber(score),
      proxies: Object.fromEntries(raw.map(([name, cell]) => [name, parseNumber(cell)])),
      parameters: parseNumber(cells[PROXIES.length + 3] ?? ''),
      ...(cells[RANKING_HEADER.length] === undefined
        ? {}
        : { class: fromTextCell(cells[RANKING_HEADER.length]!) }),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw SpecError.of({ path, message: error.message });
  }
}
