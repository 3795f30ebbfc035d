// Prints tables without rules: numbers are right-aligned, and on a terminal no row is wider than the screen.
// Columns that do not fit are left out, and a line below the table names them.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { getEllipsis, getTerminalWidth, paint } from './terminal.js';
import { wrapLines } from './wrap.js';

export interface PlainTable {
  push(row: readonly string[]): void;
  toString(): string;
}

/** Shorter column headings, for a table that is too wide otherwise. */
const SHORT: Readonly<Record<string, string>> = {
  expressivity: 'expr',
  progressivity: 'progr',
  trainability: 'trainab',
  'mean-expressivity': 'mean-expr',
  'sampled-progressivity': 'sampled-progr',
};
const GAP = 2;
/** The least width to which text is shortened. */
const NARROWEST = 8;
/**
 * A cell of a column of numbers: a sign, digits with groups, a unit such as `ms`, `M`, `%` or `s ago`; or an empty
 * cell.
 */
const NUMERIC = /^(|-|[+-]?inf|[+-]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?( ?(%|ms|[KMG]?B|[kKMG]|s ago))?)$/;

/** While some column of text would be narrower than this, droppable columns are left out. */
const READABLE = 20;
/** And while it would be narrower than this and show two different texts alike. */
const TELLING = 40;

export interface TableOptions {
  /** Headings of columns that may be left out on a narrow screen, in the order in which they are dropped. */
  readonly droppable?: readonly string[];
  /** The width of the screen; Infinity if the output is not a terminal, so that programs read whole cells. */
  readonly width?: number;
}

export function createTable(
  headings: readonly string[],
  { width = getTerminalWidth(), droppable = [] }: TableOptions = {},
): PlainTable {
  const rows: (readonly string[])[] = [];
  return {
    push: (row) => void rows.push(row.map((cell) => cell ?? '')),
    toString: () => {
      const table = withoutDropped({ headings, rows, width, droppable });
      const dropped = headings.filter((name) => !table.headings.includes(name));
      const text = `not shown on a screen of ${width} columns: ${dropped.join(', ')}`;
      const rendered = render({ ...table, width });
      return dropped.length ? `${rendered}\n${paint.dim(wrapLines({ text, width }))}` : rendered;
    },
  };
}

interface Cells {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Leaves out droppable columns one by one while some column of text would be too narrow. */
function withoutDropped({
  droppable,
  width,
  ...table
}: Cells & { readonly width: number; readonly droppable: readonly string[] }): Cells {
  const [first, ...rest] = droppable;
  if (first === undefined || !isCramped({ ...table, width })) return table;
  const kept = [...table.headings.keys()].filter((column) => table.headings[column] !== first);
  const pick = (row: readonly string[]) => kept.map((column) => row[column] ?? '');
  const smaller = { headings: pick(table.headings), rows: table.rows.map(pick) };
  return withoutDropped({ ...smaller, width, droppable: rest });
}

function isCramped(table: Cells & { readonly width: number }): boolean {
  const { natural, widths } = layOut(table);
  return widths.some(
    (width, column) =>
      width < natural[column]! &&
      (width < READABLE || (width < TELLING && showsAlike({ rows: table.rows, column, width }))),
  );
}

/** Whether two different texts of a column become equal if they are shortened to a width. */
function showsAlike({
  rows,
  column,
  width,
}: Pick<Cells, 'rows'> & { readonly column: number; readonly width: number }): boolean {
  const texts = new Set(rows.map((row) => row[column] ?? ''));
  return new Set([...texts].map((text) => shorten({ text, width }))).size < texts.size;
}

/** The headings, the columns of numbers, and the wanted and the actual width of each column. */
function layOut({ headings, rows, width }: Cells & { readonly width: number }) {
  const cells = headings.map((_, column) => rows.map((row) => row[column] ?? ''));
  const numeric = cells.map(
    (column) => column.length > 0 && column.every((cell) => NUMERIC.test(plain(cell))),
  );
  const measure = (heads: readonly string[]) =>
    heads.map((head, i) => Math.max(length(head), ...cells[i]!.map(length)));
  const total = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0) + GAP * (widths.length - 1);
  const heads = total(measure(headings)) <= width ? headings : headings.map((name) => SHORT[name] ?? name);
  const natural = measure(heads);
  const widths = shrink({ widths: natural, numeric, room: width - GAP * (heads.length - 1) });
  return { heads, numeric, natural, widths };
}

function render(table: Cells & { readonly width: number }): string {
  const { heads, numeric, widths } = layOut(table);
  const line = (row: readonly string[], style: (text: string) => string = (text) => text) =>
    row
      .map((cell, i) => {
        const text = shorten({ text: cell, width: widths[i]! });
        const space = ' '.repeat(Math.max(0, widths[i]! - length(text)));
        return numeric[i] ? space + style(text) : style(text) + space;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(heads, paint.bold), ...table.rows.map((row) => line(row))].join('\n');
}

/** Reduces the widest columns of text until the table fits; numbers are never shortened. */
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

/** Cuts out the middle of a text, because candidates and ids differ at both ends. */
export function shorten({ text, width }: { readonly text: string; readonly width: number }): string {
  if (length(text) <= width) return text;
  const mark = getEllipsis();
  const bare = [...plain(text)];
  const kept = Math.max(0, width - mark.length);
  const end = Math.floor(kept / 2);
  return bare.slice(0, kept - end).join('') + mark + bare.slice(bare.length - end).join('');
}

const plain = (text: string) => stripVTControlCharacters(text);
/** The width of a text on the screen; wide characters count twice. */
const length = (text: string) => stringWidth(text);
