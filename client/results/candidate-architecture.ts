// Finds the contents of a candidate's picture, also where its network is an ONNX file in the store.
import type { Architecture, CellPart, ChainBlock, ChainPart } from '../../core/drawing/architecture.js';
import { countNames } from '../../core/drawing/chains.js';
import { operatorPart } from '../../core/drawing/operators.js';
import type { Graph, GraphNode } from '../../core/graph/graph.js';
import { imageShape } from '../../core/graph/image-shape.js';
import {
  blockOfNode,
  blockOfValues,
  type InspectedBlock,
  inspectNetwork,
} from '../../core/graph/inspection.js';
import { makesParts } from '../../core/graph/join-inputs.js';
import { type GraphNetwork, graphNetwork } from '../../core/graph/network.js';
import { graphOfStructure } from '../../core/graph/structure.js';
import { architectureOf } from '../../core/spaces/drawing.js';
import type { Space } from '../../core/spaces/space.js';
import { formatNumber } from '../../core/text/display-numbers.js';

/** The batch size with which the shapes of a network from a file are inferred. */
const BATCH = 8;

interface CandidateArchitectureArguments {
  readonly space: Space;
  readonly candidate: string;
  /** The side of the images in pixels. */
  readonly resolution: number;
  readonly blob: (digest: string) => Promise<Uint8Array>;
  /** The blocks of an imported network whose operators are drawn. */
  readonly expanded?: readonly number[] | undefined;
}

/** Throws a SpecError for a space without networks to draw. `candidate` is valid in the space. */
export async function candidateArchitecture({
  space,
  candidate,
  resolution,
  blob,
  expanded = [],
}: CandidateArchitectureArguments): Promise<Architecture> {
  const digest = space.structureOf?.(candidate);
  if (digest === undefined) return architectureOf({ space, candidate, resolution });
  const text = new TextDecoder().decode(await blob(digest));
  return architectureOfFile({ text, resolution, file: candidate, expanded });
}

interface ArchitectureOfFileArguments {
  readonly text: string;
  readonly resolution: number;
  readonly file: string;
  readonly expanded: readonly number[];
}

/** The network of a file, collapsed to the blocks that are measured; the operators of `expanded` ones follow them. */
function architectureOfFile({ text, resolution, file, expanded }: ArchitectureOfFileArguments): Architecture {
  const graph = graphOfStructure(text);
  const network = graphNetwork({
    graph,
    batch: graph.inputs[0]?.shape[0] ?? BATCH,
    image: imageShape(graph.inputs[0]!, resolution),
    wanted: 'blocks',
    file,
  });
  const isOpen = (block: number) => expanded.includes(block);
  const blocks = inspectNetwork({ graph, network }).map((block, i) => chainBlock(block, i, isOpen(i)));
  const mostChannels = Math.max(1, ...blocks.map(({ channels = 0 }) => channels));
  const parts: (ChainPart | CellPart)[] = [];
  let chain: ChainBlock[] = [];
  const endChain = () => {
    const title = parts.length === 0 ? 'Blocks from input to output' : '';
    if (chain.length > 0) parts.push({ kind: 'chain', title, blocks: chain, mostChannels });
    chain = [];
  };
  for (const [i, block] of blocks.entries()) {
    chain.push(block);
    const operators = isOpen(i)
      ? operatorsOfBlock({ graph, network, block: i, title: block.title })
      : undefined;
    if (!operators) continue;
    endChain();
    parts.push(operators);
  }
  endChain();
  return parts;
}

function chainBlock(
  { shape, channelAxis, operators, macs }: InspectedBlock,
  i: number,
  isOpen: boolean,
): ChainBlock {
  const names = Object.entries(operators).flatMap(([name, count]) => Array<string>(count).fill(name));
  const channels = shape && channelAxis !== undefined ? shape[channelAxis - 1] : undefined;
  const side = shape?.length === 3 ? shape[2] : undefined;
  return {
    title: `${shape === undefined ? 'head' : i === 0 ? 'stem' : `block ${i}`} · ${formatNumber(macs)} MACs`,
    detail: countNames(names),
    role: operators.Softmax ? 'attention' : 'conv',
    repeat: 1,
    operators: { block: i, isOpen },
    ...(channels === undefined ? {} : { channels }),
    ...(side === undefined ? {} : { side }),
  };
}

interface OperatorsOfBlockArguments {
  readonly graph: Graph;
  readonly network: GraphNetwork;
  readonly block: number;
  readonly title: string;
}

function operatorsOfBlock({ graph, network, block, title }: OperatorsOfBlockArguments): CellPart | undefined {
  const { named, isStream, output } = network.graph;
  const blocks = blockOfValues(network);
  const isOwn = (node: GraphNode) => !makesParts(graph, node) && blockOfNode(node, named, blocks) === block;
  const outside = new Set(graph.nodes.filter((node) => !isOwn(node)).flatMap(({ inputs }) => inputs));
  return operatorPart({
    title: `Operators of ${title.split(' · ')[0]}`,
    operators: graph.nodes.filter(isOwn),
    isStream: (name) => isStream[named.get(name) ?? -1] === true,
    isRead: (name) => outside.has(name) || named.get(name) === output,
  });
}
