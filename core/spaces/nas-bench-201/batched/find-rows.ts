// Finds the rows of a supernet's tables in which the values of a candidate's edges lie.
import { EDGES, INNER, isConvolution, OUTPUT, outgoing, type SupernetCell } from './cell.js';
import { gradientTable, group, jacobianTable, type Table, valueTable } from './rows.js';
import type { Capacities } from './split-into-runs.js';

/** An edge of a candidate. */
export interface CandidateEdge {
  readonly candidate: number;
  readonly edge: number;
}

export interface Rows {
  /** The slot of an edge in the group of its operation; -1 for an edge that is `none`. */
  slot(of: CandidateEdge): number;
  /** The row with the edge's output, in the value table of the node to which the edge leads. */
  value(of: CandidateEdge): number;
  /** The row with the edge's gradient, in the gradient table of the node at which the edge begins. */
  gradient(of: CandidateEdge): number;
  /** The row of the Jacobian's table with term `term` of an edge that leaves the input. */
  jacobian(of: CandidateEdge, term: number): number;
  /** The rows of zeros in the value table and in the gradient table of a node. */
  zeroValue(node: number): number;
  zeroGradient(node: number): number;
}

export function findRows({
  cells,
  capacities,
}: {
  readonly cells: readonly SupernetCell[];
  readonly capacities: Capacities;
}): Rows {
  const values = new Map([...INNER, OUTPUT].map((node) => [node, valueTable(node, capacities)]));
  const gradients = new Map(INNER.map((node) => [node as number, gradientTable(node, capacities)]));
  const slots = assignSlots({ cells, capacities });
  const slot = ({ candidate, edge }: CandidateEdge): number => slots[candidate]![edge]!;

  const gradient = ({ candidate, edge }: CandidateEdge): number => {
    const { from, to } = EDGES[edge]!;
    const rows = gradients.get(from)!;
    const operation = cells[candidate]![edge]!;
    if (operation === 'none') return rows.at('zero');
    if (to === OUTPUT && !isConvolution(operation)) return rows.at(operation === 'skip' ? 'signs' : 'pooled');
    return rows.at(group(operation, edge)) + slot({ candidate, edge });
  };
  const jacobianRows: Table = jacobianTable(capacities);
  return {
    slot,
    value: ({ candidate, edge }) => {
      const rows = values.get(EDGES[edge]!.to)!;
      const operation = cells[candidate]![edge]!;
      if (operation === 'none') return rows.at('zero');
      return rows.at(group(operation, edge)) + slot({ candidate, edge });
    },
    gradient,
    jacobian: ({ candidate, edge }, term) => {
      const { to } = EDGES[edge]!;
      const operation = cells[candidate]![edge]!;
      if (operation === 'none' || (isConvolution(operation) && term > 0)) return jacobianRows.at('zero');
      if (isConvolution(operation))
        return jacobianRows.at(group(operation, edge)) + slot({ candidate, edge });
      if (to === OUTPUT) return jacobianRows.at(operation === 'skip' ? 'signs' : 'pooled');
      const through = jacobianRows.at(`through.${group(operation, to)}`);
      return through + gradient({ candidate, edge: outgoing(to)[term]! });
    },
    zeroValue: (node) => values.get(node)!.at('zero'),
    zeroGradient: (node) => gradients.get(node)!.at('zero'),
  };
}

/** Assigns each candidate a slot in the group of each edge's operation, in the order of candidates. */
function assignSlots({
  cells,
  capacities,
}: {
  readonly cells: readonly SupernetCell[];
  readonly capacities: Capacities;
}) {
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
