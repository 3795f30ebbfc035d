// Follows the paths from a value of a network to its output.
import type { Id } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

export interface Paths extends Pick<ResolvedGraph, 'tape' | 'output'> {
  readonly from: Id;
  /** A value that no path may pass. */
  readonly removed?: Id | undefined;
}

/** Whether each value is on a path from `from` to the output. */
export function onPathFrom({ tape, output, from, removed }: Paths): readonly boolean[] {
  const reached: boolean[] = [];
  for (let id = 0; id <= output; id++)
    reached.push(id === from || (id !== removed && tape.get(id).inputs.some((each) => reached[each])));
  const on = new Array<boolean>(output + 1).fill(false);
  on[output] = reached[output]!;
  for (let id = output; id >= 0; id--)
    if (on[id]) for (const each of tape.get(id).inputs) on[each] ||= reached[each]!;
  return on;
}

/** The values, in order, that every path from `from` to the output passes, without these two ends. */
export function soleValuesFrom(paths: Paths): readonly Id[] {
  const { tape, output, from } = paths;
  const on = onPathFrom(paths);
  const last = new Map<Id, number>();
  for (const { id, inputs } of tape.values) if (on[id]) for (const each of inputs) last.set(each, id);
  const found: Id[] = [];
  let live = 0;
  const ends = new Map<number, number>();
  for (let id = from; id <= output; id++) {
    if (!on[id]) continue;
    // Values that this operation reads for the last time are no longer live after it.
    live -= ends.get(id) ?? 0;
    if (live === 0 && id !== from && id !== output) found.push(id);
    const end = last.get(id);
    if (end === undefined) continue;
    live += 1;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return found;
}
