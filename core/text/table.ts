// Reads a CSV file with a header, row by row with line numbers, and finds the column that holds candidates.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../errors.js';
import { describeParseFault } from './line-issues.js';
import { fromTextCell } from './text-cell.js';

export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** A file of columns in any format; `names` is undefined where it has no header. */
export interface Table {
  readonly names: readonly string[] | undefined;
  readonly rows: readonly TableRow[];
}

/** The columns of a table that hold candidates, and how their cells become the text of a candidate. */
export interface CandidateColumn {
  /**
   * The name `candidate` occurs in the rankings that a search writes, `arch` in files of known accuracies.
   */
  readonly name: 'candidate' | 'arch';
  /**
   * The indices of the columns that form the text: one, or two for NAS-Bench-101 (`matrix` and `operations`).
   */
  readonly indexes: readonly number[];
  readonly textOf: (cells: readonly string[]) => string;
}

/**
 * Rows may be ragged. Throws a SpecError for text that is not a CSV; `shape` describes in the message what
 * the file must be like.
 */
export function readTable({
  text,
  source,
  shape,
}: {
  readonly text: string;
  readonly source: string;
  readonly shape: string;
}): Table {
  // Reading a binary file as UTF-8 produces NUL and U+FFFD.
  if (/[\0\uFFFD]/.test(text.slice(0, 65_536))) {
    const message = `not a CSV but binary data; must be UTF-8 text ${shape}`;
    throw SpecError.inFile({ file: source, reason: 'binary-data', message });
  }
  try {
    const options = {
      bom: true,
      trim: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    } as const;
    const records = parseCsv(text, options) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    const [header, ...rows] = records.map(({ record, info }) => ({ cells: record, line: info.lines }));
    return { names: header?.cells, rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as unknown as { readonly lines?: number }).lines;
    const at = line ? { line } : {};
    throw SpecError.inFile({
      file: source,
      ...at,
      reason: 'not-csv',
      message: `not a CSV: ${error.message}`,
    });
  }
}

export function candidateColumn(names: readonly string[]): CandidateColumn | undefined {
  const arch = names.indexOf('arch');
  if (arch >= 0) return { name: 'arch', indexes: [arch], textOf: (cells) => cells[arch] ?? '' };
  const candidate = names.indexOf('candidate');
  // A ranking protects its texts against formulas in spreadsheets.
  if (candidate >= 0)
    return {
      name: 'candidate',
      indexes: [candidate],
      textOf: (cells) => fromTextCell(cells[candidate] ?? ''),
    };
  const [matrix, operations] = [names.indexOf('matrix'), names.indexOf('operations')];
  if (matrix < 0 || operations < 0) return undefined;
  const textOf = (cells: readonly string[]) => `${cells[matrix] ?? ''} ${cells[operations] ?? ''}`;
  return { name: 'arch', indexes: [matrix, operations], textOf };
}

interface CandidateCell {
  readonly column: CandidateColumn;
  readonly cells: readonly string[];
  readonly parse: (text: string) => unknown;
}

/**
 * The text of a row's candidate. A table of suggested networks protects names in `arch` as a ranking does; tables of
 * other programs do not. A cell with such a quote is the name without it, or as written where `parse` refuses that.
 */
export function candidateText({ column, cells, parse }: CandidateCell): string {
  const written = column.textOf(cells);
  const bare = fromTextCell(written);
  if (column.name !== 'arch' || bare === written) return written;
  return describeParseFault({ candidate: bare, parse }) === undefined ? bare : written;
}

/** Whether a text begins with the header of a table of candidates; a plain list begins with a candidate. */
export function isCandidateTable(text: string): boolean {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1);
  if (first.startsWith('#')) return false;
  const names = first.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  return candidateColumn(names) !== undefined;
}
