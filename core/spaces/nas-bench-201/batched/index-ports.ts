// Names the index inputs of a supernet, which say which rows of its tables each slot and each candidate
// reads.
import { EDGES, incoming, isConvolution, OUTPUT, outgoing, SLOTTED, type Slotted } from './cell.js';
import type { Capacities } from './split-into-runs.js';

/**
 * An index input of the program: name and length. All index inputs are concatenated, in this order, into one
 * int32 vector.
 */
export interface IndexPort {
  readonly name: string;
  readonly length: number;
}

/**
 * The rows that a group's slots read: the candidate where the edge leaves the cell's input, otherwise one row
 * for each incoming edge.
 */
export const inputIndex = (operation: Slotted, edge: number, via?: number): string =>
  via === undefined ? `in.${operation}.${edge}` : `in.${operation}.${edge}.${via}`;
/** The rows of the output's value table that a candidate sums. */
export const outputIndex = (edge: number): string => `out.${edge}`;
/**
 * The rows of the gradient that reaches a group's slots, one for each outgoing edge `via` of the node to
 * which the slots lead.
 */
export const gradientIndex = (operation: Slotted, edge: number, via: number): string =>
  `gradient.${operation}.${edge}.${via}`;
/** The rows of the Jacobian's table that a candidate sums: `terms` for each edge that leaves the input. */
export const jacobianIndex = (edge: number, term: number): string => `jacobian.${edge}.${term}`;
export const jacobianTerms = (edge: number): number => Math.max(1, outgoing(EDGES[edge]!.to).length);

/** All index inputs, in order. */
export function indexPorts({
  size,
  capacities,
}: {
  readonly size: number;
  readonly capacities: Capacities;
}): IndexPort[] {
  const ports: IndexPort[] = [];
  EDGES.forEach(({ from, to }, edge) => {
    for (const operation of SLOTTED) {
      const length = capacities[edge]![operation];
      if (length === 0) continue;
      if (from === 0) ports.push({ name: inputIndex(operation, edge), length });
      else for (const via of incoming(from)) ports.push({ name: inputIndex(operation, edge, via), length });
      if (needsGradient({ operation, edge }))
        for (const via of outgoing(to)) ports.push({ name: gradientIndex(operation, edge, via), length });
    }
  });
  for (const edge of incoming(OUTPUT)) ports.push({ name: outputIndex(edge), length: size });
  for (const edge of outgoing(0))
    for (let term = 0; term < jacobianTerms(edge); term++)
      ports.push({ name: jacobianIndex(edge, term), length: size });
  return ports;
}

/**
 * Whether the slots of a group read a gradient. Edges into the output read the probe instead, and skip and
 * pool from the input need none.
 */
export function needsGradient({
  operation,
  edge,
}: {
  readonly operation: Slotted;
  readonly edge: number;
}): boolean {
  const { from, to } = EDGES[edge]!;
  return to !== OUTPUT && (from !== 0 || isConvolution(operation));
}
