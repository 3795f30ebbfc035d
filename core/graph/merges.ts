// Says where the paths of a network meet.
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';
import { followed } from './sole-values.js';

/**
 * Whether a cut point joins two paths from the one before it, each of which does more than an activation: a residual sum, a
 * concatenation, or tokens that are put back among the others.
 */
export function isMerge(graph: ResolvedGraph, id: Id): boolean {
  const { tape, names } = graph;
  // A sum with what is computed from other inputs or in another branch alone joins no paths.
  const isStream = graph.parts || graph.branches ? followed(graph) : graph.isStream;
  const value = tape.get(id);
  // Slices are scattered over the rows of a tensor, which only then gets its shape and its name.
  const [rows] = value.op === 'Reshape' ? value.inputs : [];
  const { op, inputs } = rows === undefined || names.has(rows) ? value : tape.get(rows);
  if (op === 'ScatterElements') return isStream[inputs[0]!] === true && isStream[inputs[2]!] === true;
  if (op !== 'Add' && op !== 'Concat') return false;
  return new Set(inputs.filter((input) => isStream[input])).size > 1;
}
