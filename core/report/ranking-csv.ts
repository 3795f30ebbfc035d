// In: the rows of a finished ranking, in order. Out: the text of ranking.csv in pieces; and back to rows.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../errors.js';
import { PROXIES, type ProxyName } from '../specification/specification.js';
import { formatNumber, parseNumber } from '../text/numbers.js';
import { fromTextCell, textCell } from './text-cell.js';

/** What every ranking has, in this order. A file is read by its own header, which may have more. */
export const RANKING_HEADER = ['rank', 'candidate', 'score', ...PROXIES, 'parameters'] as const;

export interface RankingRow {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly proxies: Readonly<Partial<Record<ProxyName, number>>>;
  readonly parameters: number;
  readonly class?: string;
  /** Milliseconds, where the search measured latencies; null where it has none of this candidate. */
  readonly latency?: number | null;
}

/** Columns that not every ranking has, in this order, behind the others. */
const EXTRA = ['class', 'latency'] as const;
export type ExtraColumn = (typeof EXTRA)[number];

/** The columns beyond the usual ones that these rows have; all rows of a ranking have the same. */
export function extraColumns([first]: readonly RankingRow[]): readonly ExtraColumn[] {
  return EXTRA.filter((name) => first?.[name] !== undefined);
}

/** The first line; `class` is there where ranks were taken over classes, `latency` where it was measured. */
export function rankingHeader({
  cohort,
  columns = cohort === 'classes' ? ['class'] : [],
}: {
  readonly cohort: 'written' | 'classes';
  readonly columns?: readonly ExtraColumn[];
}): string {
  return `${[...RANKING_HEADER, ...EXTRA.filter((name) => columns.includes(name))].join(',')}\n`;
}

/** A line for each row, ended by a line feed. Equal rows give equal bytes. Throws a RangeError for NaN. */
export function rankingLines(rows: readonly RankingRow[]): string {
  let lines = '';
  for (const { rank, candidate, score, proxies, parameters, class: unit, latency } of rows) {
    lines += `${rank},${textCell(candidate)},${formatNumber(score)}`;
    for (const name of PROXIES) {
      const value = proxies[name];
      lines += value === undefined ? ',' : `,${formatNumber(value)}`;
    }
    lines += `,${formatNumber(parameters)}`;
    if (unit !== undefined) lines += `,${textCell(unit)}`;
    if (latency !== undefined) lines += latency === null ? ',' : `,${formatNumber(latency)}`;
    lines += '\n';
  }
  return lines;
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
  let columns: ReadonlyMap<string, number> = new Map();
  let count = 0;
  const read = (text: string): RankingRow[] => {
    const cells = readCells({ text, source });
    if (!header) {
      header = cells.shift() ?? [];
      const missing = RANKING_HEADER.filter((name) => !header!.includes(name));
      const twice = header.some((name, index) => header!.indexOf(name) !== index);
      if (missing.length > 0 || twice) {
        const message = `not a ranking; must start with ${RANKING_HEADER.join(',')}`;
        throw SpecError.of({ path: `${source}:1`, message });
      }
      columns = new Map(header.map((name, index) => [name, index]));
    }
    return cells.map((row) => {
      count += 1;
      const path = `${source}, row ${count}`;
      if (row.length !== header!.length)
        throw SpecError.of({ path, message: `found ${row.length} cells; must be ${header!.length}` });
      const parsed = readRow({ cells: row, columns, path });
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

function readRow({
  cells,
  columns,
  path,
}: {
  readonly cells: readonly string[];
  readonly columns: ReadonlyMap<string, number>;
  readonly path: string;
}): RankingRow {
  const cell = (name: string): string | undefined => cells[columns.get(name) ?? Number.NaN];
  const number = (name: string) => parseNumber(cell(name)!);
  const [unit, latency] = [cell('class'), cell('latency')];
  try {
    return {
      rank: number('rank'),
      candidate: fromTextCell(cell('candidate')!),
      score: number('score'),
      proxies: Object.fromEntries(
        PROXIES.filter((name) => cell(name) !== '').map((name) => [name, number(name)]),
      ),
      parameters: number('parameters'),
      ...(unit === undefined ? {} : { class: fromTextCell(unit) }),
      ...(latency === undefined ? {} : { latency: latency === '' ? null : parseNumber(latency) }),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw SpecError.of({ path, message: error.message });
  }
}
