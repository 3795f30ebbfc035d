// An imported network ready to be measured: its graph at one size, its features, its programs, what its weights are for, what it costs.
import { SpecError } from '../errors.js';
import type { Reads } from '../ir/measured.js';
import { type BlockProgram, blockPrograms } from './block-programs.js';
import { chooseFeatures, type WantedFeatures } from './choose-features.js';
import { type GraphCosts, graphCosts } from './costs.js';
import { cutPoints, type Feature, isMap } from './features.js';
import type { Graph } from './graph.js';
import { type Normalization, type ResolvedGraph, resolveGraph } from './resolve.js';
import { type Role, weightRoles } from './weight-roles.js';

export type { WantedFeatures } from './choose-features.js';

export interface GraphNetwork {
  readonly graph: ResolvedGraph;
  readonly found: 'stages' | 'blocks' | 'named';
  readonly features: readonly Feature[];
  /** Which features and blocks each proxy reads; all of them where it is not said. */
  readonly reads?: Reads;
  readonly programs: readonly BlockProgram[];
  /** Of each weight of the graph. */
  readonly roles: readonly Role[];
  readonly costs: GraphCosts;
  /** What a block counts that hands gradients on as they are: see docs/understand/method.md. */
  readonly identities: 'worst' | 'skipped';
}

/** Throws SpecError where the network cannot be measured. `file` names it in messages. */
export function graphNetwork({
  graph,
  batch,
  image,
  wanted,
  file,
  normalization,
}: {
  graph: Graph;
  batch: number;
  /** Channels, height, width. */
  image: readonly number[];
  wanted: WantedFeatures;
  file: string;
  normalization?: Normalization | undefined;
}): GraphNetwork {
  const resolved = resolveGraph({ graph, batch, image, file, normalization });
  const roles = weightRoles(resolved);
  const costs = graphCosts(resolved, roles);
  const { found, features, withJacobian, reads } = chooseFeatures({ graph: resolved, wanted, file });
  if (features.length < 2)
    throw SpecError.inFile({
      file,
      message: `has ${features.length === 1 ? 'one feature' : 'no feature'} that every path from the images to the output passes; at least 2 are needed (of ${cutPoints(resolved).length} cut points)`,
    });
  const programs = blockPrograms({ graph: resolved, features, withJacobian });
  return {
    graph: resolved,
    found,
    features,
    ...(reads ? { reads } : {}),
    programs,
    roles,
    costs,
    identities: features.every((feature) => !isMap(feature)) ? 'skipped' : 'worst',
  };
}
