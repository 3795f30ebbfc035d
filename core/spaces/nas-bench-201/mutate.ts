// Mutates a cell: replaces the operations of some edges.
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import { type Cell, OPERATIONS } from './cell.js';

/** Gives each of `mutations` different edges (at most all six) one of the four other operations. */
export function mutateCell({
  cell,
  key,
  mutations,
}: {
  cell: Cell;
  key: RandomKey;
  mutations: number;
}): Cell {
  const random = randomStream(key);
  const child = [...cell];
  const left = cell.map((_, edge) => edge);
  for (let i = 0; i < mutations && left.length; i++) {
    const [edge] = left.splice(random.below(left.length), 1) as [number];
    child[edge] = random.pick(OPERATIONS.filter((operation) => operation !== cell[edge]));
  }
  return child;
}
