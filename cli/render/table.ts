// Prints tables without lines: numbers are right-aligned, and on a terminal no row is wider than the screen.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { ellipsis, paint, terminalWidth } from './terminal.js';

export interface PlainTable {
  push(row: readonly string[]): void;
  toString(): string;
}

/** Shorter headings of columns, for a table that is too wide otherwise. */
const SHORT: Readonly<Record<string, string>> = {
  expressivity: 'expr',
  progressivity: 'progr',
  trainability: 'train',
};
const GAP = 2;
/** Text is not cut to less than this. */
const NARROWEST = 8;
/** What a column of numbers holds: a sign, digits with groups, a unit of the kind of `ms`, `%`, `s ago`; or nothing to say. */
const NUMERIC = /^(|-|[+-]?inf|[+-]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?( ?(%|ms|[KMG]?B|s ago))?)$/;

export interface TableOptions {
  /** Columns of the screen; Infinity where nobody looks, so that programs read whole cells. */
  readonly width?: number;
}

export function plainTable(
  headings: readonly string[],
  { width = terminalWidth() }: TableOptions = {},
): PlainTable {
  const rows: (readonly string[])[] = [];
  return {
    push: (row) => void rows.push(row.map((cell) => cell ?? '')),
    toString: () => render({ headings, rows, width }),
  };
}

function render({
  headings,
  rows,
  width,
}: {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly width: number;
}): string {
  const cells = headings.map((_, column) => rows.map((row) => row[column] ?? ''));
  const numeric = cells.map(
    (column) => column.length > 0 && column.every((cell) => NUMERIC.test(plain(cell))),
  );
  const measure = (heads: readonly string[]) =>
    heads.map((head, i) => Math.max(length(head), ...cells[i]!.map(length)));
  const total = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0) + GAP * (widths.length - 1);
  const long = measure(headings);
  const heads = total(long) <= width ? headings : headings.map((name) => SHORT[name] ?? name);
  const widths = shrink({ widths: measure(heads), numeric, room: width - GAP * (heads.length - 1) });
  const line = (row: readonly string[], style: (text: string) => string = (text) => text) =>
    row
      .map((cell, i) => {
        const text = shorten({ text: cell, width: widths[i]! });
        const space = ' '.repeat(Math.max(0, widths[i]! - length(text)));
        return numeric[i] ? space + style(text) : style(text) + space;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(heads, paint.bold), ...rows.map((row) => line(row))].join('\n');
}

/** Takes what is too much from the widest columns of text; numbers are never cut. */
function shrink({
  widths,
  numeric,
  room,
}: {
  readonly widths: readonly number[];
  readonly numeric: readonly boolean[];
  readonly room: number;
}): number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((a, b) => a + b, 0) - room;
  while (excess > 0 && Number.isFinite(excess)) {
    const widest = fitted.reduce(
      (best, size, i) => (!numeric[i] && size > NARROWEST && (best < 0 || size > fitted[best]!) ? i : best),
      -1,
    );
    if (widest < 0) break;
    fitted[widest]!--;
    excess--;
  }
  return fitted;
}

/** Cuts the middle out, because candidates and ids differ at both ends. */
export function shorten({ text, width }: { readonly text: string; readonly width: number }): string {
  if (length(text) <= width) return text;
  const mark = ellipsis();
  const bare = [...plain(text)];
  const kept = Math.max(0, width - mark.length);
  const end = Math.floor(kept / 2);
  return bare.slice(0, kept - end).join('') + mark + bare.slice(bare.length - end).join('');
}

const plain = (text: string) => stripVTControlCharacters(text);
/** Columns of the screen, two for wide characters. */
const length = (text: string) => stringWidth(text);
