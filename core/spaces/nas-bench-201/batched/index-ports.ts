// Names the index inputs of a supernet: which rows of its tables each slot and each candidate reads.
import { EDGES, incoming, isConvolution, OUTPUT, outgoing, SLOTTED, type Slotted } from './cell.js';
import type { Capacities } from './split-into-runs.js';

/** An index input of the program: its name and length. All are concatenated, in this order, into one int32 vector. */
export interface IndexPort {
  readonly name: string;
  readonly length: number;
}

/** Rows that a group's slots read: the candidate where the edge leaves the cell's input, else one of each incoming edge. */
export const inputIndex = (operation: Slotted, edge: number, via?: number): string =>
  via === undefined ? `in.${operation}.${edge}` : `in.${operation}.${edge}.${via}`;
/** Rows of the output's value table that a candidate sums. */
export const outputIndex = (edge: number): string => `out.${edge}`;
/** Rows of the gradient that flows into a group's slots, one of each outgoing edge `via` of the node it leads to. */
export const gradientIndex = (operation: Slotted, edge: number, via: number): string =>
  `gradient.${operation}.${edge}.${via}`;
/** Rows of the Jacobian's table that a candidate sums: `terms` for each edge that leaves the input. */
export const jacobianIndex = (edge: number, term: number): string => `jacobian.${edge}.${term}`;
export const jacobianTerms = (edge: number): number => Math.max(1, outgoing(EDGES[edge]!.to).length);

/** All index inputs, in order. */
export function indexPorts({ size, capacities }: { size: number; capacities: Capacities }): IndexPort[] {
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

/** Whether the slots of a group read a gradient: of edges into the output it is the probe, and skip and pool from the input need none. */
export function needsGradient({ operation, edge }: { operation: Slotted; edge: number }): boolean {
  const { from, to } = EDGES[edge]!;
  return to !== OUTPUT && (from !== 0 || isConvolution(operation));
}
