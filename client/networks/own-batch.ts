// Finds files that were exported for one batch and that another one fits only by chance.
import { SpecError } from '../../core/errors.js';
import type { GraphNetwork } from '../../core/graph/network.js';

/** The relative difference of multiply-accumulates of an image that two batches may have. */
const SAME_COSTS = 1e-2;

/**
 * The batch of the export, if the nodes of a file mix up images and positions with the batch of `found`: a size in the file
 * holds for the batch of the export, so that the multiply-accumulates of an image differ. Otherwise undefined.
 */
export function onlyBatchOf(found: GraphNetwork, prepareOwn: () => GraphNetwork): number | undefined {
  const own = ofReadable(prepareOwn);
  if (!own) return undefined;
  const isSame = Math.abs(found.costs.macs - own.costs.macs) <= SAME_COSTS * own.costs.macs;
  return isSame ? undefined : batchOf(own);
}

export function batchOf({ graph: { tape, input } }: GraphNetwork): number {
  return tape.shape(input)[0]!;
}

/** A network, or undefined where none can be scored, as with a batch of one that leaves features of one sample. */
function ofReadable(prepare: () => GraphNetwork): GraphNetwork | undefined {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}
