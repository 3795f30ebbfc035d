// Finds out what is drawn of a candidate: what its space says, or else its network as a chain of blocks.
import type { Architecture } from '../drawing/architecture.js';
import { graphChain, networkChain } from '../drawing/chains.js';
import type { Space } from './space.js';

/**
 * Throws a SpecError for a text that is no candidate, and where the space has no network to draw, as of imported files, whose
 * graphs are elsewhere.
 */
export function architectureOf({
  space,
  candidate: given,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  /** Side of the images in pixels. */
  readonly resolution: number;
}): Architecture {
  const at = { candidate: space.parse(given), resolution };
  if (space.drawing) return space.drawing(at);
  const graph = space.graph?.(at);
  return graph ? graphChain(graph) : networkChain(space.network(at));
}
