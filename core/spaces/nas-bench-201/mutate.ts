// In: a cell and a key. Out: the cell with the operations of some edges replaced.
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import { type Cell, OPERATIONS } from './cell.js';

/** Each of `mutations` different edges (all, where that is more than there are) gets one of the four other operations. */
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
