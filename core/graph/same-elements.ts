// Says which values hold the same elements in another order or shape, as a map and its tokens do.
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

const MOVES = new Set(['Reshape', 'Transpose', 'Identity']);

/** For each value, the value from which operations that only move elements made it; itself where there are none. */
export function movedFrom({ tape }: Pick<ResolvedGraph, 'tape'>): readonly Id[] {
  const from: Id[] = [];
  for (const { id, op, inputs } of tape.values) from[id] = MOVES.has(op!) ? from[inputs[0]!]! : id;
  return from;
}
