// Determines whether a network from a file accepts any batch size.
import { SpecError } from '../errors.js';
import type { Graph } from './graph.js';
import { resolveGraph } from './resolve.js';

/**
 * The only batch size that the network accepts; undefined if it accepts any. By default, exporters write the
 * batch of their example into the input's shape, although the nodes of many networks do not depend on it;
 * such a batch is free.
 */
export function fixedBatch({
  graph,
  image,
}: {
  readonly graph: Graph;
  /** Channels and sides; see image-shape.ts. */
  readonly image: readonly number[];
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
