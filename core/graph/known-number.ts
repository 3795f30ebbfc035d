// Finds the value of a condition or a number of steps that follows from the shapes of tensors.
import { SpecError } from '../errors.js';
import type { Graph } from './graph.js';
import { axesOf, fillAxes } from './image-shape.js';
import { resolveGraph } from './resolve.js';

/**
 * The batches and sides that are tried where the file leaves them open. Sides are even and odd, from small to large:
 * a number that differs between any two of them depends on the size of the images.
 */
const BATCHES = [2, 3, 64];
const SIDES = [224, 225, 8, 16, 32, 33, 64, 96, 128, 448, 1024];

/** The first element of the graph's output; undefined if it depends on the images or on their size. */
export function knownNumber(graph: Graph, file: string): number | undefined {
  const input = graph.inputs[0]!;
  const trials = SIDES.map((side, i) => [
    input.shape[0] ?? BATCHES[i % BATCHES.length]!,
    ...fillAxes(axesOf(input), side),
  ]);
  const distinct = [...new Map(trials.map((shape) => [String(shape), shape])).values()];
  const answers = distinct.flatMap(([batch, ...image], i) => {
    try {
      const { tape, output } = resolveGraph({ graph, batch: batch!, image, file });
      return [tape.values[output]!.constant?.[0]];
    } catch (error) {
      // Images of another size than the first may be too small for the network.
      if (i > 0 && error instanceof SpecError) return [];
      throw error;
    }
  });
  const [first] = answers;
  return first === undefined || answers.some((each) => each !== first) ? undefined : first;
}
