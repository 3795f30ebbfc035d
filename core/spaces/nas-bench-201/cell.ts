// Reads and writes the text of a NAS-Bench-201 cell, and numbers all cells.
import { SpecError } from '../../errors.js';
import { FOUR_NODE_EDGES } from '../four-node-cell.js';

/** The operations in the order of their index in the enumeration. */
export const OPERATIONS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'] as const;
export type CellOperation = (typeof OPERATIONS)[number];

/** Edges `(to <- from)` in the order of the text: 1←0, 2←0, 2←1, 3←0, 3←1, 3←2 (Dong and Yang 2020, NAS-Bench-201). */
export const EDGES = FOUR_NODE_EDGES;

/** One operation for each of EDGES. */
export type Cell = readonly CellOperation[];

/** The number of cells: five operations on six edges. */
export const CELLS = OPERATIONS.length ** EDGES.length;

/** The cell number `index`, 0 to 15,624; the last edge changes fastest. */
export function cellAt(index: number): Cell {
  if (!Number.isInteger(index) || index < 0 || index >= CELLS)
    throw new RangeError(`cell index ${index}: must be a whole number from 0 to ${CELLS - 1}`);
  const cell: CellOperation[] = [];
  for (let rest = index, i = 0; i < EDGES.length; i++) {
    cell.unshift(OPERATIONS[rest % OPERATIONS.length]!);
    rest = Math.floor(rest / OPERATIONS.length);
  }
  return cell;
}

/** Writes `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. */
export function printCell(cell: Cell): string {
  const node = (to: number) =>
    EDGES.map((edge, i) => (edge.to === to ? `${cell[i]}~${edge.from}|` : '')).join('');
  return [1, 2, 3].map((to) => `|${node(to)}`).join('+');
}

/** Throws a SpecError that says which edge is wrong, what was found and what would be right. */
export function parseCell(text: string): Cell {
  const fail = (message: string): never => {
    throw SpecError.of({ path: '', message: `candidate "${shorten(text)}": ${message}` });
  };
  const nodes = text.split('+');
  if (nodes.length !== 3)
    fail(`found ${nodes.length} nodes joined by "+"; must be 3, as in ${printCell(cellAt(0))}`);
  const cell: CellOperation[] = [];
  nodes.forEach((node, n) => {
    const to = n + 1;
    const parts = node.split('|');
    if (parts.length !== to + 2 || parts[0] !== '' || parts.at(-1) !== '')
      fail(
        `node ${to} is "${shorten(node)}"; must be ${to} edges between bars, |op~0|${to > 1 ? '...' : ''}`,
      );
    parts.slice(1, -1).forEach((part, from) => {
      const [name, source, ...rest] = part.split('~');
      const edge = `edge ${to}<-${from}`;
      if (source === undefined || rest.length) fail(`${edge} is "${shorten(part)}"; must be op~${from}`);
      if (source !== String(from)) fail(`${edge} names source "${shorten(source!)}"; must be ${from}`);
      if (!(OPERATIONS as readonly string[]).includes(name!))
        fail(`${edge} has unknown operation "${shorten(name!)}"; must be one of ${OPERATIONS.join(', ')}`);
      cell.push(name as CellOperation);
    });
  });
  return cell;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
