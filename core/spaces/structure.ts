// Computes from a candidate's structure how deep it is, and whether some block has an identity path.
import type { GraphNode } from '../graph/graph.js';
import type { CandidateGraph } from '../graph/network-builder.js';
import type { Block } from '../ir/block.js';
import type { Network } from '../ir/network.js';
import type { Space } from './space.js';

export interface Structure {
  /**
   * The number of convolutions and linear layers on the longest path through the network, without the
   * classifier of a chain.
   */
  readonly depth: number;
  /** 1 if, in some block, a path of additions alone leads from input to output; otherwise 0. */
  readonly identityPath: 0 | 1;
}

export function structureOf({
  space,
  candidate,
  resolution,
}: {
  readonly space: Space;
  readonly candidate: string;
  readonly resolution: number;
}): Structure {
  const built = space.graph?.({ candidate, resolution });
  return built ? structureOfGraph(built) : structureOfBlocks(space.network({ candidate, resolution }));
}

const LAYERS: ReadonlySet<string> = new Set(['conv', 'depthwise', 'linear', 'patchEmbedding']);

function structureOfBlocks({ stem, blocks }: Network): Structure {
  const found = [stem, ...blocks].map(structureOfBlock);
  return {
    depth: found.reduce((sum, { depth }) => sum + depth, 0),
    identityPath: found.some(({ identityPath }) => identityPath) ? 1 : 0,
  };
}

function structureOfBlock({ instructions }: Block): { depth: number; identityPath: boolean } {
  const depths = [0];
  const passes = [true];
  for (const { operation, inputs } of instructions) {
    depths.push(Math.max(0, ...inputs.map((input) => depths[input]!)) + (LAYERS.has(operation) ? 1 : 0));
    passes.push(operation === 'sum' && inputs.some((input) => passes[input]!));
  }
  return { depth: depths.at(-1)!, identityPath: passes.at(-1)! };
}

const GRAPH_LAYERS: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul']);

function structureOfGraph({ graph: { nodes, outputs }, features }: CandidateGraph): Structure {
  const depths = new Map<string, number>();
  /** For each tensor, the features that it contains unchanged, alone or as a term of a sum. */
  const holds = new Map<string, ReadonlySet<string>>();
  const isFeature = new Set(features.blocks);
  let identityPath: 0 | 1 = 0;
  const depthOf = ({ inputs, op }: GraphNode) =>
    Math.max(0, ...inputs.map((name) => depths.get(name) ?? 0)) + (GRAPH_LAYERS.has(op) ? 1 : 0);
  const heldBy = ({ inputs, op }: GraphNode) =>
    op === 'Add' ? inputs.flatMap((name) => [...(holds.get(name) ?? [])]) : [];
  for (const node of nodes)
    for (const name of node.outputs) {
      depths.set(name, depthOf(node));
      const held = heldBy(node);
      if (isFeature.has(name) && held.length > 0) identityPath = 1;
      holds.set(name, new Set(isFeature.has(name) ? [name] : held));
    }
  return { depth: Math.max(0, ...outputs.map((name) => depths.get(name) ?? 0)), identityPath };
}
