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

/** The batch sizes with which networks are usually exported. */
const OF_EXPORTS = [1, 2, 4, 16, 32];

/**
 * The graph with the only batch size that it accepts in the shape of its input, where the input leaves the batch
 * open and a node kept the size of the export. Undefined if no such size was found.
 */
export function withKeptBatch({
  graph,
  image,
}: {
  readonly graph: Graph;
  readonly image: readonly number[];
}): Graph | undefined {
  const [input] = graph.inputs;
  const { shape } = input!;
  if (shape[0] !== undefined) return undefined;
  const fixedTo = (batch: number): Graph => ({
    ...graph,
    inputs: [{ ...input!, shape: [batch, ...shape.slice(1)] }],
  });
  return OF_EXPORTS.map(fixedTo).find((fixed) => {
    try {
      resolveGraph({ graph: fixed, batch: fixed.inputs[0]!.shape[0]!, image, file: 'the network' });
      return true;
    } catch (error) {
      if (error instanceof SpecError) return false;
      throw error;
    }
  });
}
