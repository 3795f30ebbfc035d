// Reads a table of known accuracies (`arch,<dataset>,...`); a ranking is accepted too.
import { SpecError } from '../errors.js';
import { describeParseFault, lineIssues } from '../text/line-issues.js';
import { quote } from '../text/show.js';
import {
  type CandidateColumn,
  candidateColumn,
  candidateText,
  readTable,
  type Table,
} from '../text/table.js';

/**
 * `accuracy` maps a candidate, in its usual spelling, to one number for each of `datasets`, in that order and
 * in the unit of the file. The number is NaN for an empty cell; in a ranking it may be infinite.
 */
export interface Truth {
  readonly datasets: readonly string[];
  readonly accuracy: ReadonlyMap<string, readonly number[]>;
}

const SHAPE = 'arch,<dataset>,...';
/** Columns of a ranking that cannot serve as accuracies: a low rank is a good one, and a class is text. */
const NO_MEASURE: ReadonlySet<string> = new Set(['rank', 'class']);
/** Columns of a benchmark's table that hold costs of a network or the spread of its trainings. */
const NO_ACCURACY = /^((parameters|flops|macs)(_m)?|std)$/;
/** The largest accuracy: sums and squares of larger ones are not finite. Rankings may hold larger values of proxies. */
const LARGEST = '1e100';
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export interface TruthSource {
  /** The file's name in messages. */
  readonly source: string;
  readonly parse: (text: string) => unknown;
  /** Whether a table may lack the accuracies of all its candidates; `refused` by default. */
  readonly none?: 'refused' | 'allowed';
}

/**
 * `parse` returns the usual spelling of a candidate, and throws a SpecError for text that is not in the space. A
 * candidate may occur twice with the same numbers: published tables list some networks twice. In a table with costs,
 * other numbers at the same costs are another training of the network, and the mean of those that have a number is
 * used; a training that is listed again counts once. A row without any number is a network that has not been trained
 * yet, and is left out. Throws a SpecError for a missing `arch` or dataset column, ragged rows, cells that are not
 * numbers, a file without rows or numbers (see `none`), and text that is not a CSV; it names up to 20 lines. A table
 * with `candidate` in place of `arch` is a ranking; a table of NAS-Bench-101 has `matrix` and `operations`.
 */
export function parseTruth({ text, ...of }: TruthSource & { readonly text: string }): Truth {
  return truthOf({ table: readTable({ text, source: of.source, shape: SHAPE }), ...of });
}

/** The same for a table that has been read already. */
export function truthOf({
  table: { names, rows },
  source,
  parse,
  none = 'refused',
}: TruthSource & { readonly table: Table }): Truth {
  if (names === undefined)
    throw SpecError.inFile({
      file: source,
      reason: 'empty',
      message: `empty; must start with a header ${SHAPE}`,
    });
  const header = readHeader({ names, rows, source });
  const { measures } = header;
  const datasets = measures.map((index) => names[index]!);
  const issues = lineIssues(source, 'table');
  const trainings = new Map<string, Training[]>();
  for (const { cells, line } of rows) {
    const fault = addRow(cells, { header, names, trainings, parse });
    if (fault !== undefined) issues.add({ line, message: fault });
  }
  issues.throwIfAny();
  if (trainings.size === 0 && none === 'refused')
    throw SpecError.inFile({
      file: source,
      reason: 'empty',
      message:
        rows.length === 0
          ? 'has a header but no rows; must have a row for each candidate'
          : 'has no number in any row; must have the accuracy of at least one candidate',
    });
  const accuracy = new Map([...trainings].map(([candidate, all]) => [candidate, meanOf(all)] as const));
  return { datasets, accuracy };
}

/** One row of a candidate: its numbers, and the cells that hold costs. */
interface Training {
  readonly numbers: readonly number[];
  readonly costs: string;
}

function meanOf(trainings: readonly Training[]): readonly number[] {
  const [first, ...others] = trainings.map(({ numbers }) => numbers);
  if (others.length === 0) return first!;
  return first!.map((_, i) => {
    const known = trainings.flatMap(({ numbers }) => (Number.isNaN(numbers[i]!) ? [] : [numbers[i]!]));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

interface Header {
  readonly column: CandidateColumn;
  /** Indices of the columns of accuracies, or of a ranking's numbers. */
  readonly measures: readonly number[];
  /** Indices of the columns that hold costs. */
  readonly costs: readonly number[];
}

function readHeader({
  names,
  rows,
  source,
}: {
  readonly names: readonly string[];
  readonly rows: Table['rows'];
  readonly source: string;
}): Header {
  const header = { file: source, line: 1 };
  const column = candidateColumn(names);
  if (column === undefined) {
    const columns = names.slice(0, 12).map(quote).join(', ');
    const message = `no column "arch"; found ${columns} (the header must be ${SHAPE}, separated by commas)`;
    throw SpecError.inFile({ ...header, message });
  }
  const others = [...names.keys()].filter((index) => !column.indexes.includes(index));
  // A proxy that was not computed has an empty column in a ranking.
  const isMeasure = (index: number) =>
    !NO_MEASURE.has(names[index]!) && rows.some(({ cells }) => cells[index] !== '');
  const isCost = (index: number) => column.name === 'arch' && NO_ACCURACY.test(names[index]!);
  const measures = others.filter(column.name === 'arch' ? (index) => !isCost(index) : isMeasure);
  if (others.length === 0 || (measures.length === 0 && rows.length > 0))
    throw SpecError.inFile({ ...header, message: `no dataset column; the header must be ${SHAPE}` });
  const seen = new Set<string>();
  const faulty = names.find((name) => name === '' || seen.size === seen.add(name).size);
  if (faulty !== undefined) {
    const message =
      faulty === ''
        ? `column ${names.indexOf('') + 1} of ${names.length} has no name; must have one`
        : `column ${quote(faulty)} occurs twice`;
    throw SpecError.inFile({ ...header, message });
  }
  return { column, measures, costs: others.filter(isCost) };
}

interface AddRowArguments {
  readonly header: Header;
  readonly names: readonly string[];
  readonly trainings: Map<string, Training[]>;
  readonly parse: (text: string) => unknown;
}

/** Adds a row to `trainings`; returns what is wrong with the row, or undefined. */
function addRow(
  cells: readonly string[],
  { header: { column, measures, costs: costColumns }, names, trainings, parse }: AddRowArguments,
): string | undefined {
  if (cells.length !== names.length) return `${cells.length} cells where the header has ${names.length}`;
  const text = candidateText({ column, cells, parse });
  const readCell = column.name === 'arch' ? accuracyOf : measureOf;
  const values = measures.map((index) => (cells[index] === '' ? Number.NaN : readCell(cells[index]!)));
  const bad = values.indexOf(undefined);
  if (bad >= 0) {
    const cell = cells[measures[bad]!]!;
    const right = NUMBER.test(cell) ? ` from -${LARGEST} to ${LARGEST}` : '';
    return `${names[measures[bad]!]}: found ${quote(cell)}; must be a number${right}`;
  }
  const parsed = parseOrFault({ candidate: text, parse });
  if ('fault' in parsed) return parsed.fault;
  const isUnknown = column.name === 'arch' && measures.every((index) => cells[index] === '');
  if (isUnknown) return undefined;
  const numbers = values as readonly number[];
  const hasCosts = costColumns.some((index) => cells[index] !== '');
  const costs = hasCosts ? costColumns.map((index) => cells[index]).join(' ') : '';
  const known = trainings.get(parsed.candidate) ?? [];
  const isSame = (other: Training) =>
    other.numbers.every((value, index) => Object.is(value, numbers[index]) || value === numbers[index]);
  if (known.some(isSame)) return undefined;
  const isTraining = known.length === 0 || (hasCosts && costs === known[0]!.costs);
  if (!isTraining) return `${quote(text)} occurs twice with different numbers`;
  trainings.set(parsed.candidate, [...known, { numbers, costs }]);
  return undefined;
}

/** The candidate in the spelling that `parse` returns, or unchanged where `parse` only checks. */
function parseOrFault({
  candidate,
  parse,
}: {
  readonly candidate: string;
  readonly parse: (text: string) => unknown;
}): { readonly candidate: string } | { readonly fault: string } {
  let spelling: unknown;
  const fault = describeParseFault({
    candidate,
    parse: (text) => {
      spelling = parse(text);
    },
  });
  if (fault !== undefined) return { fault };
  return { candidate: typeof spelling === 'string' ? spelling : candidate };
}

function accuracyOf(cell: string): number | undefined {
  const value = numberOf(cell);
  return value !== undefined && Math.abs(value) <= Number(LARGEST) ? value : undefined;
}

function numberOf(cell: string): number | undefined {
  return NUMBER.test(cell) && Number.isFinite(Number(cell)) ? Number(cell) : undefined;
}

function measureOf(cell: string): number | undefined {
  if (cell === '') return Number.NaN;
  if (cell === 'inf') return Number.POSITIVE_INFINITY;
  return cell === '-inf' ? Number.NEGATIVE_INFINITY : numberOf(cell);
}
