// Writes the whole network of a candidate of a space, from its text or from the structure of its file.
import { imageShape } from '../graph/image-shape.js';
import { resolveGraph } from '../graph/resolve.js';
import { graphOfStructure } from '../graph/structure.js';
import { weightRoles } from '../graph/weight-roles.js';
import { hasConstantScoreSum } from '../graph/whole/constant-score-sum.js';
import { wholeOfBlocks } from '../graph/whole/from-blocks.js';
import { type WholeNetwork, wholeOfGraph } from '../graph/whole/network.js';
import type { Space } from './space.js';

interface WholeNetworkOfArguments {
  readonly space: Space;
  readonly candidate: string;
  /** The structure of a candidate whose network was read from a file. */
  readonly structure?: string | undefined;
  readonly resolution: number;
}

/** The network for one image. */
export function wholeNetworkOf({
  space,
  candidate,
  structure,
  resolution,
}: WholeNetworkOfArguments): WholeNetwork {
  const graph =
    structure === undefined ? space.graph?.({ candidate, resolution })?.graph : graphOfStructure(structure);
  if (!graph)
    return wholeOfBlocks({ network: space.network({ candidate, resolution }), batch: 1, resolution });
  const image = imageShape(graph.inputs[0]!, resolution);
  const resolved = resolveGraph({ graph, batch: 1, image, file: candidate });
  return wholeOfGraph(resolved, weightRoles(resolved));
}

/** Whether the sum of the class scores over a batch is the same whatever the images are. */
export function hasConstantScores(at: Parameters<typeof wholeNetworkOf>[0]): boolean {
  return hasConstantScoreSum(wholeNetworkOf(at));
}
