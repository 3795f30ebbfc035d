// Finds the values that every path from the images to the output passes: from the main input, where a file has several, and
// along chosen branches, where branches run side by side.
import type { Id } from '../ops/tensor/tape.js';
import { mainInput } from './main-input.js';
import { onPathFrom, soleValuesFrom } from './paths.js';
import { type ResolvedGraph, streamOf } from './resolve.js';

type Graph = Parameters<typeof mainInput>[0] & Pick<ResolvedGraph, 'branches'>;

/** Whether each value is on a path from the images to the output. */
export function onPath(graph: Graph): readonly boolean[] {
  const sections = sectionsOf(graph).map(({ from, to }) => onPathFrom({ ...graph, from, output: to }));
  return Array.from({ length: graph.output + 1 }, (_, id) => sections.some((on) => on[id] === true));
}

/**
 * The values, in order, that every path from the images to the output passes, of those paths that do not pass
 * `removed`; the images and the output are left out.
 */
export function soleValues(graph: Graph, removed?: Id): readonly Id[] {
  return sectionsOf(graph).flatMap(({ from, to }, i) => {
    const within = soleValuesFrom({ ...graph, from, removed }).filter((id) => id < to);
    return i === 0 ? within : [from, ...within];
  });
}

/**
 * Whether each value is on the way from the main input or depends on it; where features lie along a branch, what leads to the
 * branch and what depends on its first value.
 */
export function followed(graph: Graph): readonly boolean[] {
  const sections = sectionsOf(graph);
  const isBehind = streamOf(graph.tape, sections.at(-1)!.from);
  const before = sections.slice(0, -1).map(({ from, to }) => onPathFrom({ ...graph, from, output: to }));
  return isBehind.map((is, id) => is || before.some((on) => on[id] === true));
}

/** The sections of the way from the main input over the first value of each branch to the output. */
function sectionsOf(graph: Graph): readonly { readonly from: Id; readonly to: Id }[] {
  const ends = [mainInput(graph), ...(graph.branches ?? []), graph.output];
  return ends.slice(1).map((to, i) => ({ from: ends[i]!, to }));
}
