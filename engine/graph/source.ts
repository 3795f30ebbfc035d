// Finds the network of a candidate: blocks of a chain, or a graph, which the space builds or the request
// contains.
import { selectFeatures } from '../../core/graph/choose-features.js';
import type { Graph } from '../../core/graph/graph.js';
import type { WantedFeatures } from '../../core/graph/network.js';
import { featuresOfStructure, graphOfStructure } from '../../core/graph/structure.js';
import type { Network } from '../../core/ir/network.js';
import type { Space } from '../../core/spaces/space.js';
import type { ScoreRequest } from '../protocol.js';

export type NetworkSource =
  | { readonly network: Network }
  | { readonly graph: Graph; readonly wanted: WantedFeatures };

export function sourceOf({
  request: { candidate, fidelity, structure },
  space,
}: {
  readonly request: ScoreRequest;
  readonly space: Space;
}): NetworkSource {
  const at = { candidate, resolution: fidelity.resolution };
  const built = space.graph?.(at);
  if (built) return { graph: built.graph, wanted: selectFeatures(fidelity.features, built.features) };
  if (structure !== undefined) {
    const named = featuresOfStructure(structure);
    const marked = named && { blocks: named, stages: named };
    return { graph: graphOfStructure(structure), wanted: selectFeatures(fidelity.features, marked) };
  }
  return { network: space.network(at) };
}
