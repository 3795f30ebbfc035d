// Defines the picture of a NAS-Bench-101 cell.
import type { Architecture, CellNode } from '../../drawing/architecture.js';
import { nodeOf } from '../../drawing/cells.js';
import type { Cell } from './cell.js';

export function drawCell({ edges, operations }: Cell): Architecture {
  const nodes: CellNode[] = [
    { label: 'input', role: 'input' },
    ...operations.map(nodeOf),
    { label: 'output', role: 'output' },
  ];
  const pairs = edges.flatMap((row, to) =>
    row.flatMap((isEdge, from) => (isEdge ? [[from, to] as const] : [])),
  );
  return [{ kind: 'cell', title: 'Cell: the same in all stacks', nodes, edges: pairs }];
}
