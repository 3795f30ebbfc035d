// Defines the picture of a DARTS genotype: its normal and its reduction cell.
import type { Architecture, CellNode, CellPart } from '../../drawing/architecture.js';
import { nodeOf } from '../../drawing/cells.js';
import type { Cell, Genotype } from './genotype.js';

export function drawnCells({ normal, reduce }: Genotype): Architecture {
  return [
    dartsCell({ cell: normal, title: 'Normal cell' }),
    dartsCell({ cell: reduce, title: 'Reduction cell: halves the resolution, doubles the channels' }),
  ];
}

function dartsCell({ cell, title }: { readonly cell: Cell; readonly title: string }): CellPart {
  const nodes: CellNode[] = [
    { label: 'cell k − 2', role: 'input' },
    { label: 'cell k − 1', role: 'input' },
    ...cell.map((_, i): CellNode => ({ label: `sum ${i + 1}`, role: 'node' })),
    { label: 'concatenate', role: 'output' },
  ];
  const output = nodes.length - 1;
  const edges: [number, number][] = cell.map((_, i) => [i + 2, output]);
  cell.forEach((pair, i) => {
    for (const { operation, from } of pair) {
      if (operation === 'none') continue;
      nodes.push(nodeOf(operation));
      edges.push([from, nodes.length - 1], [nodes.length - 1, i + 2]);
    }
  });
  return { kind: 'cell', title, nodes, edges };
}
