// Finds the values that every path from the images to the output passes; from the main input, where a file has several.
import type { Id } from '../ops/tensor/tape.js';
import { mainInput } from './costs.js';
import type { ResolvedGraph } from './resolve.js';

type Paths = Pick<ResolvedGraph, 'tape' | 'input' | 'output' | 'parts'>;

/** Whether each value is on a path from the images to the output, of those paths that do not pass `removed`. */
export function onPath(graph: Paths, removed?: Id): readonly boolean[] {
  const { tape, output } = graph;
  const input = mainInput(graph);
  const reached: boolean[] = [];
  for (let id = 0; id <= output; id++)
    reached.push(id === input || (id !== removed && tape.get(id).inputs.some((each) => reached[each])));
  const on = new Array<boolean>(output + 1).fill(false);
  on[output] = reached[output]!;
  for (let id = output; id >= 0; id--)
    if (on[id]) for (const each of tape.get(id).inputs) on[each] ||= reached[each]!;
  return on;
}

/**
 * The values, in order, that every path from the images to the output passes, of those paths that do not pass
 * `removed`; without images and output.
 */
export function soleValues(graph: Paths, removed?: Id): readonly Id[] {
  const { tape, output } = graph;
  const input = mainInput(graph);
  const on = onPath(graph, removed);
  const last = new Map<Id, number>();
  for (const { id, inputs } of tape.values) if (on[id]) for (const each of inputs) last.set(each, id);
  const found: Id[] = [];
  let live = 0;
  const ends = new Map<number, number>();
  for (let id = input; id <= output; id++) {
    if (!on[id]) continue;
    // Values that this operation reads for the last time are no longer live after it.
    live -= ends.get(id) ?? 0;
    if (live === 0 && id !== input && id !== output) found.push(id);
    const end = last.get(id);
    if (end === undefined) continue;
    live += 1;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return found;
}
