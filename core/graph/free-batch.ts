// Determines whether a network from a file accepts any batch size.
import { SpecError } from '../errors.js';
import type { Graph, GraphInput } from './graph.js';
import { resolveGraph } from './resolve.js';

interface GraphAtImage {
  readonly graph: Graph;
  /** Channels and sides; see image-shape.ts. */
  readonly image: readonly number[];
}

/**
 * The only batch size that the network accepts; undefined if it accepts any. By default, exporters write the
 * batch of their example into the input's shape, although the nodes of many networks do not depend on it;
 * such a batch is free.
 */
export function fixedBatch({ graph, image }: GraphAtImage): number | undefined {
  const own = graph.inputs[0]!.shape[0];
  if (own === undefined) return undefined;
  const open = withBatch(graph, undefined);
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

/** The batch sizes with which networks are usually exported, and two others: a network that accepts both kept none. */
const OF_EXPORTS = [1, 2, 4, 8, 16, 32, 64];
const OTHERS = [3, 5];

/**
 * Finds the batch size of the export, which a node kept although the input leaves the batch open, and writes it into
 * the shape of the input. Undefined if the input has a batch size, or if the network accepts none of those tried.
 */
export function withKeptBatch({ graph, image }: GraphAtImage): Graph | undefined {
  if (graph.inputs[0]!.shape[0] !== undefined) return undefined;
  const accepts = (batch: number) => {
    try {
      resolveGraph({ graph: withBatch(graph, batch), batch, image, file: 'the network' });
      return true;
    } catch (error) {
      if (error instanceof SpecError) return false;
      throw error;
    }
  };
  if (OTHERS.every(accepts)) return undefined;
  const kept = OF_EXPORTS.find(accepts);
  return kept === undefined ? undefined : withBatch(graph, kept);
}

/** The graph whose first input has this batch, or leaves it open. */
function withBatch(graph: Graph, batch: number | undefined): Graph {
  const [input, ...others] = graph.inputs as [GraphInput, ...GraphInput[]];
  return { ...graph, inputs: [{ ...input, shape: [batch, ...input.shape.slice(1)] }, ...others] };
}
