// Draws and mutates cells of NAS-Bench-101 as the benchmark's own random search and evolution do.
import type { RandomKey } from '../../random/random.js';
import { type RandomStream, randomStream } from '../../random/random-stream.js';
import { type Cell, countEdges, MOST_EDGES, MOST_VERTICES, OPERATIONS, prune } from './cell.js';

const INNER = MOST_VERTICES - 2;

/**
 * Draws every edge with probability 1/2 and every operation uniformly, repeatedly until the cell is in the
 * space.
 */
export function randomCell(key: RandomKey): Cell {
  const random = randomStream(key);
  for (;;) {
    const cell = {
      edges: Array.from({ length: MOST_VERTICES }, (_, to) =>
        Array.from({ length: to }, () => random.below(2) === 1),
      ),
      operations: Array.from({ length: INNER }, () => random.pick(OPERATIONS)),
    };
    if (isValid(cell)) return cell;
  }
}

/**
 * Flips each of the 21 possible edges with probability `mutations` / 7 and replaces each of the 5 operations
 * with probability `mutations` / 5 (Ying et al. 2019, regularized evolution), repeatedly until the child is
 * in the space. From 7 mutations on all edges flip, which gives one graph; where it is not in the space, edges flip with
 * probability 6 / 7.
 */
export function mutateCell({
  cell,
  key,
  mutations,
}: {
  readonly cell: Cell;
  readonly key: RandomKey;
  readonly mutations: number;
}): Cell {
  const random = randomStream(key);
  const parent = widen(cell, random);
  for (let flips = mutations; ; flips = Math.min(mutations, MOST_VERTICES - 1)) {
    const child = {
      edges: parent.edges.map((row) =>
        row.map((edge) => (random.below(MOST_VERTICES) < flips ? !edge : edge)),
      ),
      operations: parent.operations.map((operation) =>
        random.below(INNER) < mutations ? random.pickOther(OPERATIONS, operation) : operation,
      ),
    };
    if (isValid(child)) return child;
  }
}

/** Inserts unconnected vertices before the output, so that a mutation may connect them. */
function widen({ edges, operations }: Cell, random: RandomStream): Cell {
  const missing = MOST_VERTICES - edges.length;
  const none = new Array<boolean>(missing).fill(false);
  return {
    edges: [
      ...edges.slice(0, -1),
      ...none.map((_, i) => new Array<boolean>(edges.length - 1 + i).fill(false)),
      [...edges.at(-1)!, ...none],
    ],
    operations: [...operations, ...none.map(() => random.pick(OPERATIONS))],
  };
}

function isValid(cell: Cell): boolean {
  const pruned = prune(cell);
  return pruned !== undefined && countEdges(pruned) <= MOST_EDGES;
}
