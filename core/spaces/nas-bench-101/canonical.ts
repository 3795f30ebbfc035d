// Finds the cell that NAS-Bench-101 trained for each class of isomorphic cells, and enumerates the classes.
import { type Cell, MOST_EDGES, MOST_VERTICES, OPERATIONS, printCell, prune } from './cell.js';

/** All orders of the inner vertices, by the number of these vertices. */
const ORDERS = Array.from({ length: MOST_VERTICES - 1 }, (_, n) => permutations(n));

function permutations(n: number): readonly (readonly number[])[] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}

/**
 * The member of a cell's class that the benchmark trained, which is the first that it enumerated: among all
 * orders of its vertices, that with the least edge bits (`edgeBit`), and among these the one whose operations
 * come first. Vertices on no path from input to output are dropped.
 */
export function canonicalCell(cell: Cell): Cell {
  const { edges, operations } = prune(cell)!;
  const n = edges.length;
  const bits = bitsOf(edges);
  const labels = operations.map((name) => OPERATIONS.indexOf(name));
  let least: { bits: number; labels: string } | undefined;
  for (const order of ORDERS[n - 2]!) {
    const other = reorder({ bits, n, order });
    if (other === undefined || (least && other > least.bits)) continue;
    const text = order.map((v) => labels[v]!).join('');
    if (!least || other < least.bits || text < least.labels) least = { bits: other, labels: text };
  }
  return cellOf({ ...least!, n });
}

/**
 * The canonical cell of every class of isomorphic cells, in the benchmark's order: 423,624 (Ying et al.
 * 2019).
 */
export function enumerateClasses(): readonly string[] {
  const texts: string[] = [];
  for (let n = 2; n <= MOST_VERTICES; n++)
    for (let bits = 0; bits < 2 ** ((n * (n - 1)) / 2); bits++) {
      if (countBits(bits) > MOST_EDGES || !isWhole(bits, n)) continue;
      const orders = symmetries(bits, n);
      if (!orders) continue;
      for (const labels of labelings(n - 2, orders)) texts.push(printCell(cellOf({ bits, labels, n })));
    }
  return texts;
}

/** The bit of an edge in the number that encodes a graph. */
function edgeBit(from: number, to: number): number {
  return from + (to * (to - 1)) / 2;
}

function hasEdge(bits: number, from: number, to: number): boolean {
  return ((bits >> edgeBit(from, to)) & 1) === 1;
}

function bitsOf(edges: Cell['edges']): number {
  let bits = 0;
  edges.forEach((row, to) => {
    row.forEach((edge, from) => {
      if (edge) bits |= 1 << edgeBit(from, to);
    });
  });
  return bits;
}

function cellOf({
  bits,
  labels,
  n,
}: {
  readonly bits: number;
  readonly labels: string;
  readonly n: number;
}): Cell {
  return {
    edges: Array.from({ length: n }, (_, to) =>
      Array.from({ length: to }, (_, from) => hasEdge(bits, from, to)),
    ),
    operations: Array.from(labels, (digit) => OPERATIONS[Number(digit)]!),
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest; rest &= rest - 1) count++;
  return count;
}

/**
 * Whether every vertex except the output has a successor, and every one except the input has a predecessor.
 */
function isWhole(bits: number, n: number): boolean {
  for (let v = 0; v < n; v++) {
    let [into, out] = [v === 0, v === n - 1];
    for (let from = 0; from < v; from++) into ||= hasEdge(bits, from, v);
    for (let to = v + 1; to < n; to++) out ||= hasEdge(bits, v, to);
    if (!into || !out) return false;
  }
  return true;
}

/**
 * The orders of the vertices that map the graph to itself (its automorphisms); undefined where some order
 * gives a smaller number, so that the graph is not canonical.
 */
function symmetries(bits: number, n: number): readonly (readonly number[])[] | undefined {
  const kept: (readonly number[])[] = [];
  for (const order of ORDERS[n - 2]!) {
    const other = reorder({ bits, n, order });
    if (other === undefined) continue;
    if (other < bits) return undefined;
    if (other === bits) kept.push(order);
  }
  return kept;
}

/**
 * The number of the graph with its vertices in that order; undefined where an edge would lead to an earlier
 * vertex.
 */
function reorder({
  bits,
  n,
  order,
}: {
  readonly bits: number;
  readonly n: number;
  readonly order: readonly number[];
}): number | undefined {
  const place = new Array<number>(n);
  place[0] = 0;
  place[n - 1] = n - 1;
  order.forEach((v, i) => {
    place[v + 1] = i + 1;
  });
  let other = 0;
  for (let to = 1; to < n; to++)
    for (let from = 0; from < to; from++) {
      if (!hasEdge(bits, from, to)) continue;
      if (place[from]! > place[to]!) return undefined;
      other |= 1 << edgeBit(place[from]!, place[to]!);
    }
  return other;
}

/**
 * Labelings of `count` vertices with operations, one for each class: the first of those that automorphisms
 * map to each other.
 */
function* labelings(count: number, orders: readonly (readonly number[])[]): Generator<string> {
  for (let number = 0; number < OPERATIONS.length ** count; number++) {
    const labels = count === 0 ? '' : number.toString(OPERATIONS.length).padStart(count, '0');
    if (orders.every((order) => labels <= order.map((v) => labels[v]).join(''))) yield labels;
  }
}
