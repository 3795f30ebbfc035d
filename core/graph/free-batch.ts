// Says for which batches a network that was read from a file holds.
import { SpecError } from '../errors.js';
import type { Graph } from './graph.js';
import { resolveGraph } from './resolve.js';

/**
 * The only batch that the network holds for; undefined where it holds for any. An exporter that is not told otherwise writes the
 * batch of its example into the input's shape, and the nodes of many networks do not depend on it: then the batch is free.
 */
export function fixedBatch({
  graph,
  image,
}: {
  graph: Graph;
  /** Channels, height, width. */
  image: readonly number[];
}): number | undefined {
  const [input] = graph.inputs;
  const own = input!.shape[0];
  if (own === undefined) return undefined;
  const open = { ...graph, inputs: [{ ...input!, shape: [undefined, ...input!.shape.slice(1)] }] };
  const shapeAt = (batch: number) => {
    const { tape, output } = resolveGraph({ graph: open, batch, image, file: 'the network' });
    return tape.shape(output);
  };
  try {
    const isFree = [1, own + 1].every(
      (batch) => String(shapeAt(batch)) === String([batch, ...shapeAt(own).slice(1)]),
    );
    return isFree ? undefined : own;
  } catch (error) {
    if (error instanceof SpecError) return own;
    throw error;
  }
}
