// Computes the index vector with which the static supernet computes the networks of given cells.
import { EDGES, incoming, OUTPUT, outgoing, SLOTTED, type SupernetCell } from './cell.js';
import { findRows, type Rows } from './find-rows.js';
import {
  gradientIndex,
  indexPorts,
  inputIndex,
  jacobianIndex,
  jacobianTerms,
  needsGradient,
  outputIndex,
} from './index-ports.js';
import type { Capacities } from './split-into-runs.js';

/**
 * The index vector of a run of at most `size` cells. With fewer cells, the remaining outputs repeat the first
 * cell. A slot that no cell uses reads a row of zeros, or candidate 0; no cell reads that slot.
 */
export function supernetTopology({
  cells,
  size,
  capacities,
}: {
  readonly cells: readonly SupernetCell[];
  readonly size: number;
  readonly capacities: Capacities;
}): Int32Array {
  const rows = findRows({ cells, capacities });
  const indexes = createIndexes({ size, capacities });
  clearSlots({ indexes, rows, capacities });
  cells.forEach((cell, candidate) => {
    writeSlots({ indexes, rows, cell, candidate });
  });
  for (let place = 0; place < size; place++)
    writeOutputs({ indexes, rows, place, candidate: place < cells.length ? place : 0 });
  return indexes.values;
}

interface Indexes {
  readonly values: Int32Array;
  /** Sets all elements of an index input to a row. */
  fill(name: string, row: number): void;
  /** Sets one element. */
  set(at: { readonly name: string; readonly place: number }, row: number): void;
}

/** Creates the vector of which all index inputs are parts. */
function createIndexes({
  size,
  capacities,
}: {
  readonly size: number;
  readonly capacities: Capacities;
}): Indexes {
  const ports = indexPorts({ size, capacities });
  const values = new Int32Array(ports.reduce((sum, { length }) => sum + length, 0));
  const parts = new Map<string, Int32Array>();
  let offset = 0;
  for (const { name, length } of ports) {
    parts.set(name, values.subarray(offset, offset + length));
    offset += length;
  }
  return {
    values,
    fill: (name, row) => void parts.get(name)!.fill(row),
    set: ({ name, place }, row) => {
      parts.get(name)![place] = row;
    },
  };
}

/** Makes every slot read zeros, which unused slots keep. */
function clearSlots({
  indexes,
  rows,
  capacities,
}: {
  readonly indexes: Indexes;
  readonly rows: Rows;
  readonly capacities: Capacities;
}): void {
  EDGES.forEach(({ from, to }, edge) => {
    for (const operation of SLOTTED) {
      if (capacities[edge]![operation] === 0) continue;
      if (from !== 0)
        for (const via of incoming(from))
          indexes.fill(inputIndex(operation, edge, via), rows.zeroValue(from));
      if (needsGradient({ operation, edge }))
        for (const via of outgoing(to))
          indexes.fill(gradientIndex(operation, edge, via), rows.zeroGradient(to));
    }
  });
}

interface WriteSlotsArguments {
  readonly indexes: Indexes;
  readonly rows: Rows;
  readonly cell: SupernetCell;
  readonly candidate: number;
}

/** Writes which rows the slots of a candidate read. */
function writeSlots({ indexes, rows, cell, candidate }: WriteSlotsArguments): void {
  EDGES.forEach(({ from, to }, edge) => {
    const operation = cell[edge]!;
    if (operation === 'none') return;
    const place = rows.slot({ candidate, edge });
    if (from === 0) indexes.set({ name: inputIndex(operation, edge), place }, candidate);
    else
      for (const via of incoming(from))
        indexes.set({ name: inputIndex(operation, edge, via), place }, rows.value({ candidate, edge: via }));
    if (needsGradient({ operation, edge }))
      for (const via of outgoing(to)) {
        const name = gradientIndex(operation, edge, via);
        indexes.set({ name, place }, rows.gradient({ candidate, edge: via }));
      }
  });
}

interface WriteOutputsArguments {
  readonly indexes: Indexes;
  readonly rows: Rows;
  readonly place: number;
  readonly candidate: number;
}

/** Writes which rows the output and the Jacobian product of a candidate sum. */
function writeOutputs({ indexes, rows, place, candidate }: WriteOutputsArguments): void {
  for (const edge of incoming(OUTPUT))
    indexes.set({ name: outputIndex(edge), place }, rows.value({ candidate, edge }));
  for (const edge of outgoing(0))
    for (let term = 0; term < jacobianTerms(edge); term++)
      indexes.set({ name: jacobianIndex(edge, term), place }, rows.jacobian({ candidate, edge }, term));
}
