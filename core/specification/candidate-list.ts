// Reads a list of candidates, or a ranking as one; drops repeats and reports mistakes with their lines.

import { SpecError } from '../errors.js';
import { isBinary } from '../text/binary.js';
import { describeParseFault, lineIssues } from '../text/line-issues.js';
import { candidateColumn, candidateText, isCandidateTable, readTable, type Table } from '../text/table.js';

/** `duplicates` counts the lines that were dropped because their candidate occurred earlier. */
export interface CandidateList {
  readonly candidates: readonly string[];
  readonly duplicates: number;
}

type Parse = (text: string) => unknown;

interface Line {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads one candidate a line; surrounding spaces, blank lines and lines that begin with `#` are ignored. A
 * text that begins with the header of a ranking or of a truth file is read as one. `parse` throws a SpecError
 * for text that is not a candidate. Throws a SpecError with `source:line` for up to 20 bad lines, or where no
 * line holds a candidate.
 */
export function parseCandidateList(given: ListText): CandidateList {
  const { source, parse } = given;
  return distinct({ lines: linesOf(given), source, parse });
}

/** Reads a list and keeps repeated candidates. */
export function parseEveryCandidate(given: ListText): readonly string[] {
  const { source, parse } = given;
  const lines = linesOf(given);
  distinct({ lines, source, parse });
  return lines.map(({ text }) => text);
}

export interface ListText {
  readonly text: string;
  readonly source: string;
  readonly parse: Parse;
}

function linesOf({ text, source, parse }: ListText): readonly Line[] {
  if (isBinary(text))
    throw SpecError.inFile({
      file: source,
      reason: 'binary-data',
      message: 'not text but binary data; must be UTF-8 text, one candidate a line',
    });
  if (isCandidateTable(text))
    return tableLines({ table: readTable({ text, source, shape: 'rank,candidate,...' }), source, parse });
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

/**
 * Reads a table. Its rows are taken in the order of their ranks, if it has ranks, because another program may
 * have sorted them otherwise.
 */
export function candidatesOf({
  table,
  source,
  parse,
}: {
  readonly table: Table;
  readonly source: string;
  readonly parse: Parse;
}): CandidateList {
  return distinct({ lines: tableLines({ table, source, parse }), source, parse });
}

function tableLines({
  table: { names = [], rows },
  source,
  parse,
}: {
  readonly table: Table;
  readonly source: string;
  readonly parse: Parse;
}): readonly Line[] {
  const column = candidateColumn(names);
  if (column === undefined)
    throw SpecError.inFile({
      file: source,
      message: 'no column of candidates; must have one, "candidate" or "arch"',
    });
  const rank = names.indexOf('rank');
  const rankOf = ({ cells }: Table['rows'][number]) => Number(cells[rank] || Number.NaN);
  const isRanked = rank >= 0 && rows.every((row) => Number.isFinite(rankOf(row)));
  const inOrder = isRanked ? rows.toSorted((a, b) => rankOf(a) - rankOf(b)) : rows;
  return inOrder.map(({ cells, line }) => ({ text: candidateText({ column, cells, parse }), line }));
}

function distinct({
  lines,
  source,
  parse,
}: {
  readonly lines: readonly Line[];
  readonly source: string;
  readonly parse: Parse;
}): CandidateList {
  const issues = lineIssues(source);
  const candidates = new Set<string>();
  let duplicates = 0;
  for (const { text: candidate, line } of lines) {
    if (candidates.has(candidate)) {
      duplicates += 1;
      continue;
    }
    const message = describeParseFault({ candidate, parse });
    if (message === undefined) candidates.add(candidate);
    else issues.add({ line, message });
  }
  issues.throwIfAny();
  if (candidates.size === 0) {
    throw SpecError.inFile({ file: source, reason: 'empty', message: 'no candidates; must have one a line' });
  }
  return { candidates: [...candidates], duplicates };
}
