// In: the text of a truth CSV (`arch,<dataset>,...`). Out: true accuracies of each candidate, or a SpecError with line numbers.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from './errors.js';
import { complaint, lineIssues } from './line-issues.js';
import { quote } from './show.js';

/** `accuracy` maps a candidate to one number for each of `datasets`, in that order, in the unit of the file. */
export interface Truth {
  readonly datasets: readonly string[];
  readonly accuracy: ReadonlyMap<string, readonly number[]>;
}

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * `parse` throws a SpecError for text that is no candidate of the space. A candidate may be there twice with the same
 * numbers. Throws a SpecError for a missing `arch` or dataset column, ragged rows, cells that are no number, an empty
 * file, and what is not a CSV; up to 20 lines are named.
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
  const [header, ...rows] = readRows({ text, source });
  if (header === undefined) {
    throw SpecError.of({ path: source, message: 'empty; must start with a header arch,<dataset>,...' });
  }
  const { arch, datasets } = readHeader({ names: header.record, source });
  const issues = lineIssues(source);
  const accuracy = new Map<string, readonly number[]>();
  for (const { record, info } of rows) {
    const fault = addRow({ record, arch, datasets, accuracy, width: header.record.length, parse });
    if (fault !== undefined) issues.add({ line: info.lines, message: fault });
  }
  issues.throwIfAny();
  if (accuracy.size === 0)
    throw SpecError.of({ path: source, message: 'a header and no rows; must have one a candidate' });
  return { datasets, accuracy };
}

function readRows({ text, source }: { readonly text: string; readonly source: string }): Row[] {
  // NUL and U+FFFD are what binary files turn into when read as UTF-8.
  if (/[\0\uFFFD]/.test(text.slice(0, 65_536))) {
    throw SpecError.of({
      path: source,
      message: 'not a CSV but binary data; must be UTF-8 text arch,<dataset>,...',
    });
  }
  try {
    const options = {
      bom: true,
      trim: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    } as const;
    return parseCsv(text, options) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as unknown as { readonly lines?: number }).lines;
    throw SpecError.of({ path: line ? `${source}:${line}` : source, message: `not a CSV: ${error.message}` });
  }
}

function readHeader({ names, source }: { readonly names: readonly string[]; readonly source: string }) {
  const arch = names.indexOf('arch');
  const columns = names.slice(0, 12).map(quote).join(', ');
  if (arch < 0) {
    const message = `no column "arch"; found ${columns} (the header must be arch,<dataset>,..., separated by commas)`;
    throw SpecError.of({ path: `${source}:1`, message });
  }
  const datasets = names.filter((_, index) => index !== arch);
  if (datasets.length === 0) {
    throw SpecError.of({
      path: `${source}:1`,
      message: 'no dataset column; the header must be arch,<dataset>,...',
    });
  }
  const faulty = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (faulty !== undefined) {
    const message = faulty === '' ? 'a column has no name' : `column ${quote(faulty)} is there twice`;
    throw SpecError.of({ path: `${source}:1`, message });
  }
  return { arch, datasets };
}

/** Undefined when the row is good and in `accuracy`, else what is wrong with it. */
function addRow({
  record,
  arch,
  datasets,
  accuracy,
  width,
  parse,
}: {
  readonly record: readonly string[];
  readonly arch: number;
  readonly datasets: readonly string[];
  readonly accuracy: Map<string, readonly number[]>;
  readonly width: number;
  readonly parse: (text: string) => unknown;
}): string | undefined {
  if (record.length !== width) return `${record.length} cells where the header has ${width}`;
  const candidate = record[arch] ?? '';
  const cells = record.filter((_, index) => index !== arch);
  const bad = cells.findIndex((cell) => !NUMBER.test(cell) || !Number.isFinite(Number(cell)));
  if (bad >= 0) return `${datasets[bad]}: found ${quote(cells[bad] ?? '')}; must be a number`;
  const values = cells.map(Number);
  const before = accuracy.get(candidate);
  if (before !== undefined) {
    if (before.every((value, index) => value === values[index])) return undefined;
    return `${quote(candidate)} is there twice with different numbers`;
  }
  const message = complaint({ candidate, parse });
  if (message === undefined) accuracy.set(candidate, values);
  return message;
}
