// Finds the outputs of cells that read the two cells before them (NASNet, DARTS), so that no output is on every path.
import type { Id } from '../ops/tensor/tape.js';
import { type ResolvedGraph, streamOf } from './resolve.js';
import { soleValues } from './sole-values.js';

/** The first merges that are tried as the output of the first cell; each takes a pass over the graph. */
const MOST_TRIED = 64;
/** Two such values happen to be in branches of other networks (HRNet, MSDNet). */
const FEWEST_PASSED_BY = 3;
/** Each cell takes a pass over the graph, too. */
const MOST_CELLS = 256;

/**
 * The outputs of cells, in order: the first of them, and then always the value that all paths pass which do not pass
 * the output before it. Empty where there is no such sequence.
 */
export function cellOutputs(graph: ResolvedGraph): readonly Id[] {
  const sole = new Set(soleValues(graph));
  const merges = graph.tape.values.filter(({ id }) => !sole.has(id) && isMerge(graph, id));
  for (const { id } of merges.slice(0, MOST_TRIED)) {
    const outputs = [id];
    for (let next = nextOutput(graph, sole, id); next !== undefined; next = nextOutput(graph, sole, next)) {
      if (outputs.length === MOST_CELLS) return [];
      outputs.push(next);
    }
    if (outputs.length >= FEWEST_PASSED_BY) return [...outputs, ...lastOutputs(graph, sole, outputs.at(-1)!)];
  }
  return [];
}

/** The last such merge of the same kind that depends on the output; earlier ones lie within the cell. */
function nextOutput(graph: ResolvedGraph, sole: ReadonlySet<Id>, output: Id): Id | undefined {
  const { op } = graph.tape.get(output);
  const isAfter = streamOf(graph.tape, output);
  const isOutput = (id: Id) =>
    isAfter[id] && id !== output && !sole.has(id) && graph.tape.get(id).op === op && isMerge(graph, id);
  return soleValues(graph, output).findLast(isOutput);
}

/** What comes after the last output that a later cell passes by: merges of the same kind that are on every path. */
function lastOutputs(graph: ResolvedGraph, sole: ReadonlySet<Id>, last: Id): readonly Id[] {
  const { op } = graph.tape.get(last);
  return [...sole].filter((id) => id > last && graph.tape.get(id).op === op && isMerge(graph, id));
}

function isMerge({ tape, isStream }: ResolvedGraph, id: Id): boolean {
  const { op, inputs } = tape.get(id);
  return (op === 'Add' || op === 'Concat') && new Set(inputs.filter((each) => isStream[each])).size > 1;
}
