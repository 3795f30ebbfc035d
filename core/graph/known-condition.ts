// Decides a condition that follows from the shapes of tensors.
import type { Graph } from './graph.js';
import { axesOf, fillAxes } from './image-shape.js';
import { resolveGraph } from './resolve.js';

/** Batches and sides where the file leaves them open: a condition that differs between them is not known. */
const TRIALS = [
  { batch: 2, side: 224 },
  { batch: 3, side: 448 },
] as const;

/** Whether the output of the graph, a condition, holds; undefined if it depends on the images or on their size. */
export function knownCondition(graph: Graph, file: string): boolean | undefined {
  const [input] = graph.inputs;
  const answers = TRIALS.map(({ batch, side }) => {
    const { tape, output } = resolveGraph({
      graph,
      batch: input!.shape[0] ?? batch,
      image: fillAxes(axesOf(input!), side),
      file,
    });
    return tape.values[output]!.constant?.[0];
  });
  const [first, second] = answers;
  return first === undefined || first !== second ? undefined : first !== 0;
}
