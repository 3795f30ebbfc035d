// In: the columns of a finished ranking, rows in order. Out: the text of ranking.csv in chunks; and back to rows.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../spec/errors.js';
import { PROXIES, type ProxyName } from '../spec/specification.js';
import { formatNumber, parseNumber } from './numbers.js';
import { fromTextCell, textCell } from './text-cell.js';

export const RANKING_HEADER = ['rank', 'candidate', 'score', ...PROXIES, 'parameters'] as const;

const ROWS_A_CHUNK = 1000;

/** Columns of equal length N, best row first. A proxy that was not searched for has no column. */
export interface RankingColumns {
  readonly candidates: readonly string[];
  readonly scores: ArrayLike<number>;
  readonly proxies: Readonly<Partial<Record<ProxyName, ArrayLike<number>>>>;
  /** Weights of the network, a count. */
  readonly parameters: ArrayLike<number>;
  /** The member that each candidate was scored as; a last column `class`, where ranks were taken over classes. */
  readonly classes?: readonly string[] | undefined;
}

export interface RankingRow {
  readonly rank: number;
  readonly candidate: string;
  readonly score: number;
  readonly proxies: Readonly<Partial<Record<ProxyName, number>>>;
  readonly parameters: number;
  readonly class?: string;
}

/**
 * Header, then `rank` 1 to N; lines end with a line feed. Equal columns give equal bytes. Throws a RangeError for
 * columns of different length and for NaN.
 */
export function* rankingCsv({
  candidates,
  scores,
  proxies,
  parameters,
  classes,
}: RankingColumns): Generator<string> {
  const columns = PROXIES.map((name) => proxies[name]);
  for (const column of [scores, ...columns, parameters, classes]) {
    if (column === undefined || column.length === candidates.length) continue;
    throw new RangeError(`a column of ${column.length} values for ${candidates.length} candidates`);
  }
  let chunk = `${headerOf(classes).join(',')}\n`;
  for (const [row, candidate] of candidates.entries()) {
    const raw = columns.map((column) => (column === undefined ? '' : formatNumber(column[row]!)));
    const cells = [
      String(row + 1),
      textCell(candidate),
      formatNumber(scores[row]!),
      ...raw,
      formatNumber(parameters[row]!),
      ...(classes ? [textCell(classes[row]!)] : []),
    ];
    chunk += `${cells.join(',')}\n`;
    if ((row + 1) % ROWS_A_CHUNK !== 0) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function headerOf(classes: readonly string[] | undefined): readonly string[] {
  return classes ? [...RANKING_HEADER, 'class'] : RANKING_HEADER;
}

/** The rows of a ranking.csv. Throws a SpecError that names `source` (ranking.csv if not given) and the line. */
export function readRankingCsv(
  text: string,
  { source = 'ranking.csv' }: { readonly source?: string } = {},
): RankingRow[] {
  const [header, ...rows] = readCells({ text, source });
  const expected = RANKING_HEADER.join(',');
  if (![headerOf(undefined), headerOf([])].some((known) => header?.join(',') === known.join(','))) {
    throw SpecError.of({ path: `${source}:1`, message: `not a ranking; must start with ${expected}` });
  }
  return rows.map((cells, index) => {
    const row = readRow({ cells, path: `${source}, row ${index + 1}` });
    if (row.rank === index + 1) return row;
    throw SpecError.of({
      path: `${source}, row ${index + 1}`,
      message: `found rank ${row.rank}; rows are missing`,
    });
  });
}

function readCells({ text, source }: { readonly text: string; readonly source: string }): string[][] {
  try {
    return parseCsv(text, { bom: true, record_delimiter: ['\n', '\r\n'] });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw SpecError.of({ path: source, message: `not a ranking: ${error.message}` });
  }
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
