// Prepares an imported network for scoring: its graph at one size, its features, the roles of its weights,
// its costs, its programs.
import { SpecError } from '../errors.js';
import { EVERYTHING, type Needs, type Reads } from '../ir/measured.js';
import { TapeError } from '../ops/tensor/tape-error.js';
import { type BlockProgram, blockPrograms } from './block-programs.js';
import { chooseFeatures, type WantedFeatures } from './choose-features.js';
import { type GraphCosts, graphCosts } from './costs.js';
import { cutPoints, type Feature, isMap, isVector } from './features.js';
import { foldDrawnWeights } from './fold-drawn-weights.js';
import type { Graph, Normalization } from './graph.js';
import { tensorNames } from './named-features.js';
import { refuseSelections } from './refused-selections.js';
import { type ResolvedGraph, resolveGraph } from './resolve.js';
import { type Role, weightRoles } from './weight-roles.js';

export type { WantedFeatures } from './choose-features.js';

export interface GraphNetwork {
  /** The name of the network in messages. */
  readonly file: string;
  readonly graph: ResolvedGraph;
  readonly found: 'stages' | 'blocks' | 'vectors' | 'named';
  readonly features: readonly Feature[];
  /** For each feature, whether the Jacobian of the block before it is measured; by default all are. */
  readonly withJacobian?: readonly boolean[] | undefined;
  /** The features and blocks that each proxy reads; all of them if absent. */
  readonly reads?: Reads;
  /** The role of each weight of the graph. */
  readonly roles: readonly Role[];
  readonly costs: GraphCosts;
  /** The trainability of a block that passes gradients on unchanged; see docs/understand/method.md. */
  readonly identities: 'worst' | 'skipped';
}

interface GraphNetworkArguments {
  readonly graph: Graph;
  readonly batch: number;
  /** Channels and sides; see image-shape.ts. */
  readonly image: readonly number[];
  readonly wanted: WantedFeatures;
  readonly file: string;
  readonly normalization?: Normalization | undefined;
}

/** Throws SpecError where the network cannot be scored. `file` is its name in messages. */
export function graphNetwork({
  graph,
  batch,
  image,
  wanted,
  file,
  normalization,
}: GraphNetworkArguments): GraphNetwork {
  const resolved = resolveGraph({ graph, batch, image, file, normalization });
  refuseSelections({ graph, resolved, file });
  const roles = weightRoles(resolved);
  const costs = graphCosts(resolved, roles);
  const { found, features, branches, withJacobian, reads } = chooseFeatures({
    graph: resolved,
    wanted: isNames(wanted) ? tensorNames(graph, wanted) : wanted,
    file,
  });
  if (features.length < 2)
    throw SpecError.inFile({
      file,
      reason: 'no-features',
      message: `has ${features.length === 1 ? 'one feature' : 'no feature'}; at least 2 are needed: tensors that every path from the images to the output passes (here ${cutPoints(resolved).length}), or residual sums of one stream`,
      advice: { code: 'name-features', text: 'name the tensors that are features' },
    });
  return {
    file,
    graph: branches ? { ...resolved, branches } : resolved,
    found,
    features,
    withJacobian,
    ...(reads ? { reads } : {}),
    roles,
    costs,
    identities: features.every((feature) => !isMap(feature) && !isVector(feature)) ? 'skipped' : 'worst',
  };
}

function isNames(wanted: WantedFeatures): wanted is readonly string[] {
  return Array.isArray(wanted);
}

/** Programs, and the graph to whose values their inputs refer. */
export interface GraphPrograms {
  readonly graph: ResolvedGraph;
  readonly programs: readonly BlockProgram[];
}

interface GraphProgramsArguments {
  readonly network: GraphNetwork;
  readonly weights: 'drawn' | 'own';
  readonly channelBlock: number;
  readonly needs?: Needs;
}

/**
 * `drawn`: weights are drawn by their roles, so that scales and shifts can be left out; `own`: weights may
 * have any values. `channelBlock`: see `WriteSite`. Throws SpecError where an operation has no gradient.
 */
export function graphPrograms({
  network,
  weights,
  channelBlock,
  needs = EVERYTHING,
}: GraphProgramsArguments): GraphPrograms {
  const { file, graph, features, roles } = network;
  const featured = weights === 'drawn' ? foldDrawnWeights({ graph, features, roles }) : { graph, features };
  try {
    const measured = measuredOf(network, needs);
    return { graph: featured.graph, programs: blockPrograms({ ...featured, ...measured, channelBlock }) };
  } catch (error) {
    if (!(error instanceof TapeError)) throw error;
    throw SpecError.inFile({ file, reason: error.reason, message: `its gradient: ${error.message}` });
  }
}

/** For each feature, whether it is measured, and the Jacobian of the block before it. */
function measuredOf(
  { features, withJacobian, reads }: GraphNetwork,
  { unread, jacobians }: Needs,
): Pick<Parameters<typeof blockPrograms>[0], 'withStatistic' | 'withJacobian'> {
  const isRead = (i: number) => !reads || reads.expressivity.includes(i) || reads.progressivity.includes(i);
  return {
    withStatistic: features.map((_, i) => unread === 'measured' || isRead(i)),
    withJacobian: jacobians === 'measured' ? withJacobian : features.map(() => false),
  };
}
