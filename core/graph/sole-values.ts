// Finds the values that every path from the images to the output passes; from the main input, where a file has several.
import type { Id } from '../ops/tensor/tape.js';
import { mainInput } from './main-input.js';
import { onPathFrom, soleValuesFrom } from './paths.js';

type Graph = Parameters<typeof mainInput>[0];

/** Whether each value is on a path from the images to the output. */
export function onPath(graph: Graph): readonly boolean[] {
  return onPathFrom({ ...graph, from: mainInput(graph) });
}

/**
 * The values, in order, that every path from the images to the output passes, of those paths that do not pass
 * `removed`; without images and output.
 */
export function soleValues(graph: Graph, removed?: Id): readonly Id[] {
  return soleValuesFrom({ ...graph, from: mainInput(graph), removed });
}
