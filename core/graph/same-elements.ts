// Says which features hold the same elements in another order or shape, as a map and its tokens do.
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

const MOVES = new Set(['Reshape', 'Transpose', 'Identity']);

/** Whether one of two values is the other, after operations that only move elements. */
export function haveSameElements(graph: Pick<ResolvedGraph, 'tape'>, a: Id, b: Id): boolean {
  const [early, late] = a < b ? [a, b] : [b, a];
  let id = late;
  while (id > early) {
    const { op, inputs } = graph.tape.get(id);
    if (!MOVES.has(op!)) return false;
    id = inputs[0]!;
  }
  return id === early;
}
