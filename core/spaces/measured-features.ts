// Finds the channels and the positions of the features of a candidate from which expressivity and
// progressivity are computed.

import type { MarkedFeatures } from '../graph/choose-features.js';
import { chooseFeatures, selectFeatures } from '../graph/choose-features.js';
import type { Graph } from '../graph/graph.js';
import { imageShape } from '../graph/image-shape.js';
import { resolveGraph } from '../graph/resolve.js';
import { featuresOfStructure, graphOfStructure } from '../graph/structure.js';
import { type Measured, planMeasuring, type Reads } from '../ir/measured.js';
import type { Network } from '../ir/network.js';
import { channelsOf, positionsOf, type Shape } from '../ir/shape.js';
import { blockShapes } from '../ops/block-shapes.js';
import type { Space } from './space.js';

export interface FeatureSize {
  readonly channels: number;
  /** The number of samples of one image: positions of a map, or tokens. */
  readonly positions: number;
}

export interface MeasuredAt {
  readonly space: Space;
  readonly candidate: string;
  /** The structure of a candidate whose network was read from a file. */
  readonly structure?: string | undefined;
  readonly resolution: number;
  readonly features: Measured;
}

/** The sizes, in the order of computation. */
export function measuredFeatures({
  space,
  candidate,
  structure,
  resolution,
  features,
}: MeasuredAt): readonly FeatureSize[] {
  const built = space.graph?.({ candidate, resolution });
  if (built) return ofGraph({ candidate, graph: built.graph, marked: built.features, resolution, features });
  if (structure === undefined)
    return ofBlocks(space.network({ candidate, resolution }), resolution, features);
  const named = featuresOfStructure(structure);
  const marked = named && { blocks: named, stages: named };
  return ofGraph({ candidate, graph: graphOfStructure(structure), marked, resolution, features });
}

function ofBlocks(
  { stem, blocks, stageEnds, inputChannels = 3 }: Network,
  resolution: number,
  features: Measured,
): readonly FeatureSize[] {
  const plan = planMeasuring({ count: blocks.length, ends: stageEnds, features });
  let shape: Shape = [inputChannels, resolution, resolution];
  const sizes = [stem, ...blocks].map((block): FeatureSize => {
    shape = blockShapes({ block, input: shape }).at(-1)!;
    return { channels: channelsOf(shape), positions: positionsOf(shape) };
  });
  const measured = sizes.filter((_, i) => i === 0 || plan.isMeasured[i - 1]);
  return pickRead(measured, plan.reads);
}

interface OfGraphArguments {
  readonly candidate: string;
  readonly graph: Graph;
  readonly marked: MarkedFeatures | undefined;
  readonly resolution: number;
  readonly features: Measured;
}

function ofGraph({
  candidate,
  graph,
  marked,
  resolution,
  features,
}: OfGraphArguments): readonly FeatureSize[] {
  const image = imageShape(graph.inputs[0]!, resolution);
  const resolved = resolveGraph({ graph, batch: 1, image, file: candidate });
  const wanted = selectFeatures(features, marked);
  const chosen = chooseFeatures({ graph: resolved, wanted, file: candidate });
  const sizes = chosen.features.map(
    ({ shape, channelAxis, positions }): FeatureSize => ({
      channels: shape[channelAxis]!,
      positions: positions.reduce((product, side) => product * side, 1),
    }),
  );
  return pickRead(sizes, chosen.reads);
}

/** Those that expressivity or progressivity reads. */
function pickRead(sizes: readonly FeatureSize[], reads: Reads | undefined): readonly FeatureSize[] {
  if (!reads) return sizes;
  const read = new Set([...reads.expressivity, ...reads.progressivity]);
  return sizes.filter((_, i) => read.has(i));
}
