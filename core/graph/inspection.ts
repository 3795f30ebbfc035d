// Reports what an imported network consists of, block by block: operators, parameters, multiply-accumulates.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id } from '../ops/tensor/tape.js';
import { macsOfImage } from './costs.js';
import type { Graph, GraphNode } from './graph.js';
import { makesParts } from './join-inputs.js';
import type { GraphNetwork } from './network.js';

export interface InspectedBlock {
  /** The feature at the end of the block; undefined for the part after the last feature. */
  readonly feature?: string;
  /** The shape without the axis of images. */
  readonly shape?: readonly number[];
  /** The channel axis of the feature, where the images are axis 0. */
  readonly channelAxis?: number;
  /** The file's operators in this block, with the number of each. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** The multiply-accumulates of one image. */
  readonly macs: number;
}

/** Inspects the stem, the blocks between features, and the part after the last feature. */
export function inspectNetwork({
  graph,
  network,
}: {
  readonly graph: Graph;
  readonly network: GraphNetwork;
}): readonly InspectedBlock[] {
  const { features, graph: resolved, roles } = network;
  const { weights, isStream } = resolved;
  const blocks = blockOfValues(network);
  const ends = [...features, undefined];
  const found = ends.map((feature) => ({
    ...(feature
      ? {
          feature: feature.name,
          shape: feature.shape.filter((_, axis) => axis !== feature.imageAxis),
          channelAxis: feature.channelAxis,
        }
      : {}),
    operators: {} as Record<string, number>,
    parameters: 0,
    macs: 0,
  }));
  const readers = firstReaders(network, blocks);
  macsOfImage(resolved).forEach((macs, id) => {
    const block = isStream[id] ? blocks.get(id) : readers.get(id);
    if (block !== undefined) found[block]!.macs += macs;
  });
  for (const [block, names] of operatorsOf(graph, network, blocks))
    for (const name of names) found[block]!.operators[name] = (found[block]!.operators[name] ?? 0) + 1;
  weights.forEach(({ id, shape }, i) => {
    const block = readers.get(id);
    if (block !== undefined && roles[i]!.kind !== 'constant') found[block]!.parameters += sizeOf(shape);
  });
  // The rows of these tables are inputs, which the stem reads.
  found[0]!.parameters += graph.tableSize ?? 0;
  return found;
}

export interface InspectedInput {
  readonly name: string;
  /** The shape without the axis of images. */
  readonly shape: readonly number[];
}

/** The inputs of the file where it has several, in the order in which the drawn numbers are given to them. */
export function inspectInputs({
  graph: { parts = [], names, tape },
}: GraphNetwork): readonly InspectedInput[] {
  return parts.map((id) => ({ name: names.get(id)!, shape: tape.shape(id).slice(1) }));
}

/** For each value that depends on the images, the number of the block that computes it. */
export function blockOfValues({
  graph: { tape, output, isStream },
  features,
}: GraphNetwork): ReadonlyMap<Id, number> {
  const blocks = new Map<Id, number>();
  [...features.map(({ id }) => id), output].forEach((end, block) => {
    const open = [end];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (blocks.has(id) || !isStream[id]) continue;
      blocks.set(id, block);
      open.push(...tape.get(id).inputs);
    }
  });
  return blocks;
}

function operatorsOf(graph: Graph, { graph: { named } }: GraphNetwork, blocks: ReadonlyMap<Id, number>) {
  const names = new Map<number, string[]>();
  for (const node of graph.nodes) {
    if (makesParts(graph, node)) continue;
    const block = blockOfNode(node, named, blocks);
    if (block === undefined) continue;
    const list = names.get(block);
    if (list) list.push(node.op);
    else names.set(block, [node.op]);
  }
  return names;
}

/** Undefined for nodes that compute shapes or weights. */
export function blockOfNode(
  node: GraphNode,
  named: ReadonlyMap<string, Id>,
  blocks: ReadonlyMap<Id, number>,
): number | undefined {
  const id = named.get(node.outputs[0] ?? '');
  return id === undefined ? undefined : blocks.get(id);
}

/** For each weight, the block that first combines it, or a value derived from it, with the images. */
function firstReaders({ graph: { tape, output, isStream } }: GraphNetwork, blocks: ReadonlyMap<Id, number>) {
  const readers = new Map<Id, number>();
  for (let id = output; id >= 0; id--) {
    const block = isStream[id] ? blocks.get(id) : readers.get(id);
    if (block === undefined) continue;
    for (const input of tape.get(id).inputs)
      if (!isStream[input])
        readers.set(input, Math.min(block, readers.get(input) ?? Number.POSITIVE_INFINITY));
  }
  return readers;
}
