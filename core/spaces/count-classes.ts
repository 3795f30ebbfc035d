// Counts the classes of the networks of a space.
import { resolveGraph } from '../graph/resolve.js';
import { weightRoles } from '../graph/weight-roles.js';
import { wholeOfBlocks } from '../graph/whole/from-blocks.js';
import { wholeOfGraph } from '../graph/whole/network.js';
import type { Space } from './space.js';

/** The number of class scores that the whole network of a candidate computes. */
export function countClasses({
  space,
  candidate,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  readonly resolution: number;
}): number {
  const { tape, logits } = wholeOf({ space, candidate, resolution });
  return tape.shape(logits)[1]!;
}

function wholeOf({ space, candidate, resolution }: Parameters<typeof countClasses>[0]) {
  const built = space.graph?.({ candidate, resolution });
  if (!built)
    return wholeOfBlocks({ network: space.network({ candidate, resolution }), batch: 1, resolution });
  const image = [built.graph.inputs[0]!.shape[1] ?? 3, resolution, resolution];
  const graph = resolveGraph({ graph: built.graph, batch: 1, image, file: candidate });
  return wholeOfGraph(graph, weightRoles(graph));
}
