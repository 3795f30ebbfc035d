// Writes failures.csv, the candidates that were set aside with their reasons, and reads it back.
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { SpecError } from '../errors.js';
import { fromTextCell, textCell } from '../text/text-cell.js';

/** `reason` is one word of a fixed list, for programs; `detail` is for people. */
export interface Failure {
  readonly candidate: string;
  readonly reason: string;
  readonly detail: string;
}

const COLUMNS = ['candidate', 'reason', 'detail'] as const;

/** The header, then one line for each failure in the given order. */
export function* failuresCsv(failures: Iterable<Failure>): Generator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for (const failure of failures) yield `${COLUMNS.map((name) => textCell(failure[name])).join(',')}\n`;
}

/**
 * The failures in a failures.csv, whose header may have further columns. Throws a SpecError for any other
 * text.
 */
export function readFailuresCsv(text: string): Failure[] {
  const [header = [], ...rows] = readCells(text);
  const indices = COLUMNS.map((name) => header.indexOf(name));
  if (indices.includes(-1)) throw notFailures(`must have the columns ${COLUMNS.join(',')}`);
  return rows.map((cells) => {
    const [candidate, reason, detail] = indices.map((index) => fromTextCell(cells[index]!));
    return { candidate: candidate!, reason: reason!, detail: detail! };
  });
}

function readCells(text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw notFailures(error.message);
  }
}

function notFailures(why: string): SpecError {
  return SpecError.of({ path: 'failures.csv:1', message: `not a list of failures: ${why}` });
}
