// Lists the cells of a stage of kind `cell` whose edges offer several operations.
import { SpecError } from '../../errors.js';
import { type Cell, type CellOperation, EDGES, OPERATIONS, parseCell } from '../nas-bench-201/cell.js';
import { liveEdges } from '../nas-bench-201/network.js';

const known = new Map<string, readonly number[]>();
const KEPT = 64;

/**
 * The cells of a text such as `|nor_conv_3x3/skip_connect~0|+|*~0|...`: every combination of one operation
 * for each edge (`*` means any of the five) in which a path reaches the output, in the order of `cellAt`. A
 * cell is a number of six digits, each the index of an edge's operation. Empty where no path reaches the
 * output. Throws a SpecError that says what is wrong with the text.
 */
export function cellsOf(text: string): readonly number[] {
  const cells = known.get(text) ?? expand(text);
  if (known.size >= KEPT) known.clear();
  known.set(text, cells);
  return cells;
}

/** Says what is wrong with the text of cells, or with cells in which no path reaches the output. */
export function cellIssue(text: string): string | undefined {
  try {
    if (cellsOf(text).length > 0) return undefined;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.message.replace(/^candidate /, 'cell ');
  }
  return 'nothing reaches its output; must have a path without none';
}

function expand(text: string): readonly number[] {
  // The text with the first operation of each edge is parsed as a cell, which finds faults of the text.
  const names = /([^|+~]*)~/g;
  parseCell(text.replace(names, (_, some: string) => `${operationsOf(some)[0]}~`));
  const edges = [...text.matchAll(names)].map(([, some]) => operationsOf(some!));
  edges.forEach((operations, e) => {
    const unknown = operations.find((name) => !(OPERATIONS as readonly string[]).includes(name));
    const { to, from } = EDGES[e]!;
    if (unknown === undefined) return;
    const message = `edge ${to}<-${from} has unknown operation "${unknown.slice(0, 60)}"; must be one of ${OPERATIONS.join(', ')}`;
    throw SpecError.of({ path: '', message: `candidate "${text}": ${message}` });
  });
  const digits = edges.map((operations) =>
    OPERATIONS.flatMap((name, digit) => (operations.includes(name) ? [digit] : [])),
  );
  const cells = digits.reduce((all, some) => all.flatMap((n) => some.map((digit) => 10 * n + digit)), [0]);
  return cells.filter((cell) => liveEdges(cellOf(cell)).some((live) => live));
}

function operationsOf(names: string): readonly string[] {
  return names.trim() === '*' ? OPERATIONS : names.split('/').map((name) => name.trim());
}

export function cellOf(cell: number): Cell {
  return Array.from(formatCell(cell), (digit): CellOperation => OPERATIONS[Number(digit)]!);
}

/** Writes the cell as six digits. */
export function formatCell(cell: number): string {
  return String(cell).padStart(EDGES.length, '0');
}

/**
 * The cells that differ from this one in one edge. Such steps connect all cells of a stage, because replacing
 * `none` by another operation never breaks a path.
 */
export function neighbours(cells: readonly number[], cell: number): readonly number[] {
  const digits = formatCell(cell);
  return cells.filter((other) => {
    const theirs = formatCell(other);
    let different = 0;
    for (let e = 0; e < digits.length; e++) if (digits[e] !== theirs[e]) different++;
    return different === 1;
  });
}
