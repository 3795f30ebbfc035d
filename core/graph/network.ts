// An imported network ready to be measured: its graph at one size, its features, its programs, what its weights are for, what it costs.
import { SpecError } from '../errors.js';
import { type BlockProgram, blockPrograms } from './block-programs.js';
import { type GraphCosts, graphCosts } from './costs.js';
import { cutPoints, type Feature, findFeatures, isMap } from './features.js';
import type { Graph } from './graph.js';
import { featureNamed } from './named-features.js';
import { type Normalization, type ResolvedGraph, resolveGraph } from './resolve.js';
import { type Role, weightRoles } from './weight-roles.js';

/** `stages`, `blocks`, or the names of tensors in the file. */
export type WantedFeatures = 'stages' | 'blocks' | readonly string[];

export interface GraphNetwork {
  readonly graph: ResolvedGraph;
  readonly found: 'stages' | 'blocks' | 'named';
  readonly features: readonly Feature[];
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
  const { found, features } =
    typeof wanted === 'string'
      ? findFeatures(resolved, wanted)
      : {
          found: 'named' as const,
          features: wanted.map((name) => featureNamed({ graph: resolved, name, file })),
        };
  if (features.length < 2)
    throw SpecError.inFile({
      file,
      message: `has ${features.length === 1 ? 'one feature' : 'no feature'} that every path from the images to the output passes; at least 2 are needed (of ${cutPoints(resolved).length} cut points)`,
    });
  const programs = blockPrograms({ graph: resolved, features });
  return {
    graph: resolved,
    found,
    features,
    programs,
    roles,
    costs,
    identities: features.every((feature) => !isMap(feature)) ? 'skipped' : 'worst',
  };
}
