// Says which values hold the same elements in another order or shape, as a map and its tokens do.
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

const MOVES = new Set(['Reshape', 'Transpose', 'Identity']);

/**
 * For each value, the value from which operations that only move elements made it; itself where there are none. Of several
 * inputs, whatever is computed without weights, such as the concatenation of two images, is the input.
 */
export function movedFrom({ tape, input, parts, weights, isStream }: ResolvedGraph): readonly Id[] {
  const from: Id[] = [];
  for (const { id, op, inputs } of tape.values) from[id] = MOVES.has(op!) ? from[inputs[0]!]! : id;
  if (!parts) return from;
  const isWeighted: boolean[] = [];
  for (const { id } of weights) isWeighted[id] = true;
  for (const { id, inputs } of tape.values) isWeighted[id] ||= inputs.some((each) => isWeighted[each]);
  return from.map((each, id) => (isStream[id] && !isWeighted[id] ? input : each));
}
