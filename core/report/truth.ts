// Reads a table of known accuracies (`arch,<dataset>,...`), or a ranking in its place.
import { SpecError } from '../errors.js';
import { describeParseFault, lineIssues } from '../text/line-issues.js';
import { quote } from '../text/show.js';
import { type CandidateColumn, candidateColumn, readTable, type Table } from '../text/table.js';

/**
 * `accuracy` maps a candidate to one number for each of `datasets`, in that order, in the unit of the file. Of a ranking
 * a number may be infinite, and is NaN where the cell is empty.
 */
export interface Truth {
  readonly datasets: readonly string[];
  readonly accuracy: ReadonlyMap<string, readonly number[]>;
}

const SHAPE = 'arch,<dataset>,...';
/** Columns of a ranking that do not measure a candidate: a low rank is a good one, and a class is a text. */
const NO_MEASURE: ReadonlySet<string> = new Set(['rank', 'class']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * `parse` throws a SpecError for text that is no candidate of the space. A candidate may be there twice with the same
 * numbers. Throws a SpecError for a missing `arch` or dataset column, ragged rows, cells that are no number, an empty
 * file, and what is not a CSV; up to 20 lines are named. A table with `candidate` in place of `arch` is a ranking.
 */
export function parseTruth({
  text,
  source,
  parse,
}: {
  readonly text: string;
  readonly source: string;
  readonly parse: (text: string) => unknown;
}): Truth {
  return truthOf({ table: readTable({ text, source, shape: SHAPE }), source, parse });
}

/** The same for a table that is already read. */
export function truthOf({
  table: { names, rows },
  source,
  parse,
}: {
  readonly table: Table;
  readonly source: string;
  readonly parse: (text: string) => unknown;
}): Truth {
  if (names === undefined)
    throw SpecError.inFile({ file: source, message: `empty; must start with a header ${SHAPE}` });
  const { column, measures } = readHeader({ names, rows, source });
  const datasets = measures.map((index) => names[index]!);
  const issues = lineIssues(source, 'table');
  const accuracy = new Map<string, readonly number[]>();
  for (const { cells, line } of rows) {
    const fault = addRow({ cells, column, measures, names, accuracy, parse });
    if (fault !== undefined) issues.add({ line, message: fault });
  }
  issues.throwIfAny();
  if (accuracy.size === 0)
    throw SpecError.inFile({ file: source, message: 'a header and no rows; must have one a candidate' });
  return { datasets, accuracy };
}

function readHeader({
  names,
  rows,
  source,
}: {
  readonly names: readonly string[];
  readonly rows: Table['rows'];
  readonly source: string;
}): { readonly column: CandidateColumn; readonly measures: readonly number[] } {
  const header = { file: source, line: 1 };
  const column = candidateColumn(names);
  if (column === undefined) {
    const columns = names.slice(0, 12).map(quote).join(', ');
    const message = `no column "arch"; found ${columns} (the header must be ${SHAPE}, separated by commas)`;
    throw SpecError.inFile({ ...header, message });
  }
  const others = [...names.keys()].filter((index) => index !== column.index);
  // A proxy that was not searched for has an empty column in a ranking.
  const isMeasure = (index: number) =>
    !NO_MEASURE.has(names[index]!) && rows.some(({ cells }) => cells[index] !== '');
  const measures = column.name === 'arch' ? others : others.filter(isMeasure);
  if (others.length === 0 || (measures.length === 0 && rows.length > 0))
    throw SpecError.inFile({ ...header, message: `no dataset column; the header must be ${SHAPE}` });
  const seen = new Set<string>();
  const faulty = names.find((name) => name === '' || seen.size === seen.add(name).size);
  if (faulty !== undefined) {
    const message = faulty === '' ? 'a column has no name' : `column ${quote(faulty)} is there twice`;
    throw SpecError.inFile({ ...header, message });
  }
  return { column, measures };
}

/** Adds a row to `accuracy`; answers what is wrong with the row, or undefined. */
function addRow({
  cells,
  column,
  measures,
  names,
  accuracy,
  parse,
}: {
  readonly cells: readonly string[];
  readonly column: CandidateColumn;
  readonly measures: readonly number[];
  readonly names: readonly string[];
  readonly accuracy: Map<string, readonly number[]>;
  readonly parse: (text: string) => unknown;
}): string | undefined {
  if (cells.length !== names.length) return `${cells.length} cells where the header has ${names.length}`;
  const candidate = column.textOf(cells[column.index]!);
  const numberOf = column.name === 'arch' ? accuracyOf : measureOf;
  const values = measures.map((index) => numberOf(cells[index]!));
  const bad = values.indexOf(undefined);
  if (bad >= 0) return `${names[measures[bad]!]}: found ${quote(cells[measures[bad]!]!)}; must be a number`;
  const numbers = values as readonly number[];
  const before = accuracy.get(candidate);
  if (before !== undefined) {
    if (before.every((value, index) => Object.is(value, numbers[index]) || value === numbers[index]))
      return undefined;
    return `${quote(candidate)} is there twice with different numbers`;
  }
  const message = describeParseFault({ candidate, parse });
  if (message === undefined) accuracy.set(candidate, numbers);
  return message;
}

function accuracyOf(cell: string): number | undefined {
  return NUMBER.test(cell) && Number.isFinite(Number(cell)) ? Number(cell) : undefined;
}

function measureOf(cell: string): number | undefined {
  if (cell === '') return Number.NaN;
  if (cell === 'inf') return Number.POSITIVE_INFINITY;
  return cell === '-inf' ? Number.NEGATIVE_INFINITY : accuracyOf(cell);
}
