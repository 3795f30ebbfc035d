// Defines the cell of the supernet: a graph of four nodes with one of five operations on each edge.
import { FOUR_NODE_EDGES } from '../../four-node-cell.js';

/** The operation of an edge. A convolution stands for ReLU, convolution and batch normalization. */
export type SupernetOperation = 'none' | Slotted;
/** Operations that occupy a slot in an edge's group, in the order of the groups. */
export const SLOTTED = ['conv3x3', 'conv1x1', 'pool', 'skip'] as const;
export type Slotted = (typeof SLOTTED)[number];
export const CONVOLUTIONS = ['conv3x3', 'conv1x1'] as const;
export type Convolution = (typeof CONVOLUTIONS)[number];

export interface Edge {
  readonly to: number;
  readonly from: number;
}

/** Node 0 is the cell's input, `OUTPUT` its output; a node is the sum of its incoming edges. */
export const EDGES: readonly Edge[] = FOUR_NODE_EDGES;
export const OUTPUT = 3;
/** The nodes between input and output. */
export const INNER = [1, 2] as const;

/**
 * One operation for each of EDGES. Edges from a node without input, or to a node without reader, are `none`.
 */
export type SupernetCell = readonly SupernetOperation[];

export function incoming(node: number): readonly number[] {
  return EDGES.flatMap(({ to }, edge) => (to === node ? edge : []));
}

export function outgoing(node: number): readonly number[] {
  return EDGES.flatMap(({ from }, edge) => (from === node ? edge : []));
}

export function isConvolution(operation: SupernetOperation): operation is Convolution {
  return operation === 'conv3x3' || operation === 'conv1x1';
}

export const kernelOf = (operation: Convolution): number => (operation === 'conv3x3' ? 3 : 1);
