// Finds the contents of a candidate's picture: those that its space defines, or else its network as a chain
// of blocks.
import type { Architecture } from '../drawing/architecture.js';
import { graphChain, networkChain } from '../drawing/chains.js';
import type { Space } from './space.js';

/**
 * Throws a SpecError for a text that is not a candidate, and for a space without networks to draw, such as
 * imported files, whose graphs are stored elsewhere.
 */
export function architectureOf({
  space,
  candidate: given,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  /** The side of the images in pixels. */
  readonly resolution: number;
}): Architecture {
  const at = { candidate: space.parse(given), resolution };
  if (space.drawing) return space.drawing(at);
  const graph = space.graph?.(at);
  return graph ? graphChain(graph) : networkChain(space.network(at));
}
