// Computes the positions of each group's rows in the tables from which a supernet gathers.
import { CONVOLUTIONS, EDGES, INNER, incoming, OUTPUT, outgoing, SLOTTED, type Slotted } from './cell.js';
import type { Capacities } from './split-into-runs.js';

/** A run of rows that are computed together. */
export interface Segment {
  readonly name: string;
  readonly length: number;
}
export interface Table {
  readonly segments: readonly Segment[];
  readonly length: number;
  /** The first row of a segment. */
  at(name: string): number;
}

/** The name of the group of an operation on an edge, e.g. `conv3x3.2`. */
export const group = (operation: Slotted, edge: number): string => `${operation}.${edge}`;

function table(parts: readonly Segment[]): Table {
  const segments = parts.filter(({ length }) => length > 0);
  const offsets = new Map<string, number>();
  let length = 0;
  for (const segment of segments) {
    offsets.set(segment.name, length);
    length += segment.length;
  }
  return {
    segments,
    length,
    at: (name) => {
      const offset = offsets.get(name);
      if (offset === undefined) throw new RangeError(`no rows "${name}" in this table`);
      return offset;
    },
  };
}

/**
 * Lays out the values that may reach a node: the rows of each group of its incoming edges, then a row of
 * zeros.
 */
export function valueTable(node: number, capacities: Capacities): Table {
  const parts = incoming(node).flatMap((edge) =>
    SLOTTED.map((operation) => ({ name: group(operation, edge), length: capacities[edge]![operation] })),
  );
  return table([...parts, { name: 'zero', length: 1 }]);
}

/**
 * Lays out the gradients that may reach an inner node: the rows of its outgoing edges' groups. The gradient
 * of the output is the same for all candidates, so pool and skip into the output have one row each: `pooled`
 * and `signs`. The last row is zeros.
 */
export function gradientTable(node: number, capacities: Capacities): Table {
  const parts = outgoing(node).flatMap((edge) =>
    (EDGES[edge]!.to === OUTPUT ? CONVOLUTIONS : SLOTTED).map((operation) => ({
      name: group(operation, edge),
      length: capacities[edge]![operation],
    })),
  );
  return table([...parts, ...SHARED]);
}

/**
 * Lays out the terms of a block's Jacobian product: one row for each convolution slot on an edge that leaves
 * the input; and for pool and skip, the products of all rows of an inner node's gradient table (`pool.n`,
 * `skip.n`).
 */
export function jacobianTable(capacities: Capacities): Table {
  const parts = outgoing(0).flatMap((edge) =>
    CONVOLUTIONS.map((operation) => ({ name: group(operation, edge), length: capacities[edge]![operation] })),
  );
  const through = INNER.flatMap((node) =>
    (['skip', 'pool'] as const).map((operation) => ({
      name: `through.${group(operation, node)}`,
      length: gradientTable(node, capacities).length,
    })),
  );
  return table([...parts, ...through, ...SHARED]);
}

const SHARED: readonly Segment[] = [
  { name: 'signs', length: 1 },
  { name: 'pooled', length: 1 },
  { name: 'zero', length: 1 },
];
