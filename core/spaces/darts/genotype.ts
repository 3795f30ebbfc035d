// Reads and prints genotypes of the DARTS space in the notation of the published code.
import { SpecError } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { quote } from '../../text/show.js';

/** The operations from which random candidates and mutations choose. */
export const CHOSEN = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
] as const;
export const OPERATIONS = [...CHOSEN, 'none'] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * The number of nodes of a cell, which are numbered 2 to 5; 0 and 1 are the outputs of the two previous
 * cells.
 */
export const NODES = 4;
export const EDGES = 2;

export interface Edge {
  readonly operation: Operation;
  /** The node at which the edge begins. */
  readonly from: number;
}

/** For each of the nodes 2 to 5, the two edges that it sums; the edge from the earlier node comes first. */
export type Cell = readonly (readonly [Edge, Edge])[];

export interface Genotype {
  readonly normal: Cell;
  readonly reduce: Cell;
}

const CONCAT = String.raw`(range\(\s*2\s*,\s*6\s*\)|\[[\d,\s]*\])`;
const CELL = String.raw`(\[[^\]]*\])`;
const TEXT = new RegExp(
  String.raw`^Genotype\(\s*normal\s*=\s*${CELL}\s*,\s*normal_concat\s*=\s*${CONCAT}\s*,\s*reduce\s*=\s*${CELL}\s*,\s*reduce_concat\s*=\s*${CONCAT}\s*\)$`,
);
const EDGE = /\(\s*(['"])(\w+)\1\s*,\s*(\d+)\s*\)/g;

type Complain = (message: string) => SpecError;

/** Throws a SpecError for a text that is not a genotype of this space. */
export function parseGenotype(text: string): Genotype {
  const complain: Complain = (message) =>
    SpecError.of({ path: '', message: `candidate ${quote(text)}: ${message}` });
  const match = TEXT.exec(text.trim());
  if (!match)
    throw complain(
      "must be Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))",
    );
  const [, normal, first, reduce, second] = match as unknown as [string, string, string, string, string];
  for (const [name, concat] of [
    ['normal_concat', first],
    ['reduce_concat', second],
  ] as const)
    if (!concat.startsWith('range') && concat.replaceAll(/\s/g, '') !== '[2,3,4,5]')
      throw complain(`${name}: found ${concat}; must be range(2, 6), all four nodes`);
  return {
    normal: parseCell({ text: normal, name: 'normal', complain }),
    reduce: parseCell({ text: reduce, name: 'reduce', complain }),
  };
}

function parseCell({
  text,
  name,
  complain,
}: {
  readonly text: string;
  readonly name: string;
  readonly complain: Complain;
}): Cell {
  const edges = [...text.matchAll(EDGE)].map(([, , operation, from]) => {
    if (!isOperation(operation!)) {
      const close = nearest({ word: operation!, known: OPERATIONS });
      throw complain(
        `${name}: unknown operation ${quote(operation!)}${close ? `; did you mean ${quote(close)}?` : ''}`,
      );
    }
    return { operation, from: Number(from) };
  });
  if (edges.length !== NODES * EDGES || text.replaceAll(EDGE, '').replaceAll(/[[\],\s]/g, '') !== '')
    throw complain(
      `${name}: has ${edges.length} edges ('operation', node); must have ${NODES * EDGES}, two for each of nodes 2 to 5`,
    );
  return Array.from({ length: NODES }, (_, i) => {
    const [a, b] = edges.slice(EDGES * i, EDGES * (i + 1)) as [Edge, Edge];
    for (const { from } of [a, b])
      if (from > i + 1)
        throw complain(`${name}: node ${i + 2} reads node ${from}; must be one of 0 to ${i + 1}`);
    if (a.from === b.from) throw complain(`${name}: node ${i + 2} reads node ${a.from} twice; must read two`);
    return inOrder([a, b]);
  });
}

function isOperation(name: string): name is Operation {
  return (OPERATIONS as readonly string[]).includes(name);
}

/** Sorts two edges so that the one from the earlier node comes first. */
export function inOrder([a, b]: readonly [Edge, Edge]): readonly [Edge, Edge] {
  return a.from <= b.from ? [a, b] : [b, a];
}

export function printGenotype({ normal, reduce }: Genotype): string {
  return `Genotype(normal=${printCell(normal)}, normal_concat=range(2, 6), reduce=${printCell(reduce)}, reduce_concat=range(2, 6))`;
}

function printCell(cell: Cell): string {
  return `[${cell
    .flat()
    .map(({ operation, from }) => `('${operation}', ${from})`)
    .join(', ')}]`;
}

/** A key that is equal for genotypes whose cells differ only in the order of their nodes. */
export function genotypeKey({ normal, reduce }: Genotype): string {
  return printGenotype({ normal: leastCell(normal), reduce: leastCell(reduce) });
}

/** The cell with the first text among all orders of its nodes in which edges come from earlier nodes. */
function leastCell(cell: Cell): Cell {
  const cells = orders(cell, []).map((order) => {
    const place = new Map([0, 1, ...order.map((node) => node + 2)].map((node, i) => [node, i]));
    const moved = order.map((node) => {
      const [a, b] = cell[node]!;
      return inOrder([
        { ...a, from: place.get(a.from)! },
        { ...b, from: place.get(b.from)! },
      ]);
    });
    return { moved, text: printCell(moved) };
  });
  return cells.sort((a, b) => (a.text < b.text ? -1 : 1))[0]!.moved;
}

/** The valid orders of nodes, counted from 0, that begin with `done`. */
function orders(cell: Cell, done: readonly number[]): readonly (readonly number[])[] {
  if (done.length === cell.length) return [done];
  const ready = cell.flatMap((edges, node) =>
    !done.includes(node) && edges.every(({ from }) => from < 2 || done.includes(from - 2)) ? [node] : [],
  );
  return ready.flatMap((node) => orders(cell, [...done, node]));
}
