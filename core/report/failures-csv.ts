// In: the candidates that were set aside. Out: the text of failures.csv in chunks; and back.
import { parse as parseCsv } from 'csv-parse/sync';
import { fromTextCell, textCell } from './text-cell.js';

/** `reason` is one word of a fixed list, for programs; `detail` is for people. */
export interface Failure {
  readonly candidate: string;
  readonly reason: string;
  readonly detail: string;
}

/** Header, then one line a failure in the given order; the header alone where nothing failed. */
export function* failuresCsv(failures: Iterable<Failure>): Generator<string> {
  yield 'candidate,reason,detail\n';
  for (const { candidate, reason, detail } of failures) {
    yield `${[candidate, reason, detail].map(textCell).join(',')}\n`;
  }
}

/** The failures of a failures.csv that `failuresCsv` wrote. */
export function readFailuresCsv(text: string): Failure[] {
  const [, ...rows]: string[][] = parseCsv(text);
  return rows.map((cells) => {
    const [candidate = '', reason = '', detail = ''] = cells.map(fromTextCell);
    return { candidate, reason, detail };
  });
}
