// Computes the index vector that makes the static supernet compute the networks of given cells.
import {
  EDGES,
  INNER,
  incoming,
  isConvolution,
  OUTPUT,
  outgoing,
  SLOTTED,
  type Slotted,
  type SupernetCell,
} from './cell.js';
import { gradientTable, group, jacobianTable, valueTable } from './rows.js';
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
      if (to !== OUTPUT && (from !== 0 || isConvolution(operation)))
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
 * The index vector of a run of at most `size` cells. Where there are fewer cells, the outputs that are left over repeat the
 * first cell. A slot that no cell uses reads a row of zeros, or candidate 0; no cell reads that slot.
 */
export function supernetTopology({
  cells,
  size,
  capacities,
}: {
  cells: readonly SupernetCell[];
  size: number;
  capacities: Capacities;
}): Int32Array {
  const values = new Map([...INNER, OUTPUT].map((node) => [node, valueTable(node, capacities)]));
  const gradients = new Map(INNER.map((node) => [node as number, gradientTable(node, capacities)]));
  const jacobian = jacobianTable(capacities);
  const slots = assignSlots({ cells, capacities });
  const valueRow = (k: number, edge: number): number => {
    const rows = values.get(EDGES[edge]!.to)!;
    const operation = cells[k]![edge]!;
    return operation === 'none' ? rows.at('zero') : rows.at(group(operation, edge)) + slots[k]![edge]!;
  };
  const gradientRow = (k: number, edge: number): number => {
    const rows = gradients.get(EDGES[edge]!.from)!;
    const operation = cells[k]![edge]!;
    if (operation === 'none') return rows.at('zero');
    if (EDGES[edge]!.to === OUTPUT && !isConvolution(operation))
      return rows.at(operation === 'skip' ? 'signs' : 'pooled');
    return rows.at(group(operation, edge)) + slots[k]![edge]!;
  };
  const jacobianRow = (k: number, edge: number, term: number): number => {
    const { to } = EDGES[edge]!;
    const operation = cells[k]![edge]!;
    if (operation === 'none') return jacobian.at('zero');
    if (isConvolution(operation))
      return term === 0 ? jacobian.at(group(operation, edge)) + slots[k]![edge]! : jacobian.at('zero');
    if (to === OUTPUT) return jacobian.at(operation === 'skip' ? 'signs' : 'pooled');
    return jacobian.at(`through.${group(operation, to)}`) + gradientRow(k, outgoing(to)[term]!);
  };

  const ports = indexPorts({ size, capacities });
  const out = new Int32Array(ports.reduce((sum, { length }) => sum + length, 0));
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const { name, length } of ports) {
    offsets.set(name, offset);
    offset += length;
  }
  const fill = (name: string, length: number, row: number) =>
    out.fill(row, offsets.get(name)!, offsets.get(name)! + length);
  const set = (name: string, place: number, row: number) => {
    out[offsets.get(name)! + place] = row;
  };
  EDGES.forEach(({ from, to }, edge) => {
    for (const operation of SLOTTED) {
      const length = capacities[edge]![operation];
      if (length === 0) continue;
      if (from !== 0)
        for (const via of incoming(from))
          fill(inputIndex(operation, edge, via), length, values.get(from)!.at('zero'));
      if (to !== OUTPUT && (from !== 0 || isConvolution(operation)))
        for (const via of outgoing(to))
          fill(gradientIndex(operation, edge, via), length, gradients.get(to)!.at('zero'));
    }
  });
  cells.forEach((cell, k) => {
    EDGES.forEach(({ from, to }, edge) => {
      const operation = cell[edge]!;
      if (operation === 'none') return;
      const slot = slots[k]![edge]!;
      if (from === 0) set(inputIndex(operation, edge), slot, k);
      else for (const via of incoming(from)) set(inputIndex(operation, edge, via), slot, valueRow(k, via));
      if (to !== OUTPUT && (from !== 0 || isConvolution(operation)))
        for (const via of outgoing(to)) set(gradientIndex(operation, edge, via), slot, gradientRow(k, via));
    });
  });
  for (let place = 0; place < size; place++) {
    const k = place < cells.length ? place : 0;
    for (const edge of incoming(OUTPUT)) set(outputIndex(edge), place, valueRow(k, edge));
    for (const edge of outgoing(0))
      for (let term = 0; term < jacobianTerms(edge); term++)
        set(jacobianIndex(edge, term), place, jacobianRow(k, edge, term));
  }
  return out;
}

/** The slot of each candidate in the group of each edge's operation: first come, first served. */
function assignSlots({ cells, capacities }: { cells: readonly SupernetCell[]; capacities: Capacities }) {
  const used = new Map<string, number>();
  return cells.map((cell) =>
    cell.map((operation, edge) => {
      if (operation === 'none') return -1;
      const name = group(operation, edge);
      const slot = used.get(name) ?? 0;
      if (slot >= capacities[edge]![operation])
        throw new RangeError(
          `more than ${capacities[edge]![operation]} candidates with ${operation} on edge ${edge}`,
        );
      used.set(name, slot + 1);
      return slot;
    }),
  );
}
