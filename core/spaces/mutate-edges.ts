// Mutates a cell that has one operation on each edge by replacing the operations of some edges.
import type { RandomKey } from '../random/random.js';
import { randomStream } from '../random/random-stream.js';

export interface EdgeMutation<T> {
  /** The operation of each edge. */
  readonly cell: readonly T[];
  /** The operations that an edge may have, without repeats. */
  readonly operations: readonly T[];
  readonly key: RandomKey;
  /** The number of different edges to change; all edges if the cell has fewer. */
  readonly mutations: number;
}

/**
 * Replaces the operations of `mutations` different edges by other ones. Edges and operations are equally
 * likely.
 */
export function mutateEdges<T>({ cell, operations, key, mutations }: EdgeMutation<T>): T[] {
  const random = randomStream(key);
  const child = [...cell];
  const left = cell.map((_, edge) => edge);
  for (let i = 0; i < mutations && left.length; i++) {
    const [edge] = left.splice(random.below(left.length), 1) as [number];
    child[edge] = random.pickOther(operations, cell[edge]!);
  }
  return child;
}
