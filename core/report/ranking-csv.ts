// Writes ranking.csv and reads it back, whatever proxies the file has columns for.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../errors.js';
import { AZ_NAS_PROXIES, PROXIES } from '../specification/families.js';
import { formatNumber, isNumber, parseNumber } from '../text/numbers.js';
import { fromTextCell, textCell } from '../text/text-cell.js';

/**
 * The columns that every ranking is written with, in this order. A file that is read may have more, and may
 * lack some of these proxies.
 */
const RANKING_HEADER = ['rank', 'candidate', 'score', ...AZ_NAS_PROXIES, 'parameters'] as const;
/** The columns without which a file is not a ranking. */
const REQUIRED = ['rank', 'candidate', 'score', 'parameters'] as const;

export interface RankingRow {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  /**
   * The proxies by name. A file may have proxies that this release does not know, and may lack some that it
   * knows.
   */
  readonly proxies: Readonly<Record<string, number>>;
  readonly parameters: number;
  readonly class?: string;
  /** Milliseconds, in a search that measured latencies; null where that of this candidate is missing. */
  readonly latency?: number | null;
}

/** Optional columns, in this order, after the others. */
const EXTRA = ['class', 'latency'] as const;
export type ExtraColumn = (typeof EXTRA)[number];
/** Columns with these names are not proxies. */
const NO_PROXIES: ReadonlySet<string> = new Set([...REQUIRED, ...EXTRA]);

/** The optional columns that these rows have; all rows of a ranking have the same ones. */
export function extraColumns([first]: readonly RankingRow[]): readonly ExtraColumn[] {
  return EXTRA.filter((name) => first?.[name] !== undefined);
}

/** The proxies among these names, or of these rows, that get columns of their own after the usual four. */
export function extraProxies(names: readonly string[]): readonly string[] {
  const usual: readonly string[] = AZ_NAS_PROXIES;
  return [...new Set(names)].filter((name) => !usual.includes(name) && !NO_PROXIES.has(name));
}

/** The names of all proxies that occur in any row. */
export function proxiesIn(rows: readonly RankingRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ proxies }) => Object.keys(proxies)))];
}

/** Returns the name of a column, quoted where it would end its cell. */
const headerCell = (name: string): string =>
  /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

/**
 * The first line. It has `class` where ranks were taken over classes, `latency` where it was measured, and a
 * column for each proxy in `proxies` that is not among the usual four.
 */
export function rankingHeader({
  cohort,
  columns = cohort === 'classes' ? ['class'] : [],
  proxies = [],
}: {
  readonly cohort: 'written' | 'classes';
  readonly columns?: readonly ExtraColumn[];
  readonly proxies?: readonly string[];
}): string {
  const [rank, candidate, score, ...rest] = RANKING_HEADER;
  const names = [
    ...[rank, candidate, score, ...rest.slice(0, -1)],
    ...extraProxies(proxies),
    'parameters',
    ...EXTRA.filter((name) => columns.includes(name)),
  ];
  return `${names.map(headerCell).join(',')}\n`;
}

/**
 * One line for each row, terminated by a line feed. Equal rows give equal bytes. `proxies` as in the header.
 * Throws a TerminalError for NaN.
 */
export function rankingLines(
  rows: readonly RankingRow[],
  { proxies: named = proxiesIn(rows) }: { readonly proxies?: readonly string[] } = {},
): string {
  const names = [...AZ_NAS_PROXIES, ...extraProxies(named)];
  let lines = '';
  for (const { rank, candidate, score, proxies, parameters, class: unit, latency } of rows) {
    lines += `${rank},${textCell(candidate)},${formatNumber(score)}`;
    for (const name of names) {
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

/**
 * The rows of a ranking.csv. Throws a SpecError that names `source` (by default ranking.csv) and the line.
 */
export function readRankingCsv(
  text: string,
  { source = 'ranking.csv' }: { readonly source?: string } = {},
): RankingRow[] {
  const reader = createRankingReader({ source });
  return [...reader.push(text), ...reader.end()];
}

/** Reads a text that arrives in pieces, and returns rows as soon as they are complete. */
export function createRankingReader({ source = 'ranking.csv' }: { readonly source?: string } = {}) {
  let rest = '';
  let header: readonly string[] | undefined;
  let columns: ReadonlyMap<string, number> = new Map();
  let proxies: readonly string[] = [];
  let count = 0;
  const read = (text: string): RankingRow[] => {
    const cells = readCells({ text, source });
    if (!header) {
      header = cells.shift() ?? [];
      checkHeader({ header, source });
      columns = new Map(header.map((name, index) => [name, index]));
      proxies = header.filter((name) => !NO_PROXIES.has(name));
    }
    return cells.map((row) => {
      count += 1;
      const path = `${source}, row ${count}`;
      if (row.length !== header!.length)
        throw SpecError.of({ path, message: `found ${row.length} cells; must be ${header!.length}` });
      const parsed = readRow({ cells: row, columns, proxies, path });
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
    /** Returns the remaining rows. An empty text is not a ranking. */
    end: (): RankingRow[] => (rest !== '' || !header ? read(rest) : []),
  };
}

/** A column without a name is not taken for a proxy; it may be the index that pandas writes. */
function checkHeader({ header, source }: { readonly header: readonly string[]; readonly source: string }) {
  const complain = (message: string) => SpecError.inFile({ file: source, line: 1, message });
  const missing = REQUIRED.filter((name) => !header.includes(name));
  const twice = header.some((name, index) => name !== '' && header.indexOf(name) !== index);
  if (missing.length > 0 || twice)
    throw complain(`not a ranking; must have the columns ${REQUIRED.join(',')}, each once`);
  const unnamed = header.findIndex((name) => name.trim() === '');
  if (unnamed < 0) return;
  throw complain(`column ${unnamed + 1} of ${header.length} has no name; must have one, or be removed`);
}

/** Finds the end of the last complete line of `text`: a line feed outside quotes. */
function completeLines(text: string): number {
  let end = text.lastIndexOf('\n') + 1;
  if (!text.includes('"')) return end;
  while (end > 0 && text.slice(0, end).split('"').length % 2 === 0) end = text.lastIndexOf('\n', end - 2) + 1;
  return end;
}

function readCells({ text, source }: { readonly text: string; readonly source: string }): string[][] {
  // Text without quotes needs no CSV parser, which would be slower on a million lines.
  if (!/["\r]/.test(text) && text.endsWith('\n')) return plainCells(text);
  try {
    return parseCsv(text, { bom: true, record_delimiter: ['\n', '\r\n'] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw SpecError.inFile({ file: source, message: `not a ranking: ${error.message}` });
  }
}

function plainCells(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  lines.pop();
  return lines.map((line) => line.split(','));
}

interface ReadRowArguments {
  readonly cells: readonly string[];
  readonly columns: ReadonlyMap<string, number>;
  readonly proxies: readonly string[];
  readonly path: string;
}

function readRow({ cells, columns, proxies, path }: ReadRowArguments): RankingRow {
  const cell = (name: string): string | undefined => cells[columns.get(name) ?? Number.NaN];
  const number = (name: string) => parseNumber(cell(name)!);
  const [unit, latency] = [cell('class'), cell('latency')];
  try {
    return {
      rank: number('rank'),
      candidate: fromTextCell(cell('candidate')!),
      score: number('score'),
      proxies: readProxies(proxies, cell),
      parameters: number('parameters'),
      ...(unit === undefined ? {} : { class: fromTextCell(unit) }),
      ...(latency === undefined ? {} : { latency: latency === '' ? null : parseNumber(latency) }),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw SpecError.of({ path, message: error.message });
  }
}

/**
 * Empty cells are left out, and so is text in a column that this release does not know, since such a column
 * is no proxy.
 */
function readProxies(
  names: readonly string[],
  cell: (name: string) => string | undefined,
): Readonly<Record<string, number>> {
  const known: readonly string[] = PROXIES;
  const isValue = (name: string, text: string) => text !== '' && (known.includes(name) || isNumber(text));
  // Object.fromEntries makes any name a key of the object's own, even `__proto__`.
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = cell(name)!;
      return isValue(name, text) ? [[name, parseNumber(text)] as const] : [];
    }),
  );
}
