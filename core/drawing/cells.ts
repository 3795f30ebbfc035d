// Converts cells with an operation on each edge to graphs whose nodes are operations.
import type { CellNode, CellPart, Role } from './architecture.js';

const LABELS: Readonly<Record<string, readonly [label: string, role: Role]>> = {
  none: ['none', 'other'],
  skip_connect: ['skip', 'skip'],
  nor_conv_1x1: ['conv 1×1', 'conv'],
  nor_conv_3x3: ['conv 3×3', 'conv'],
  avg_pool_3x3: ['avg pool 3×3', 'pool'],
  max_pool_3x3: ['max pool 3×3', 'pool'],
  sep_conv_3x3: ['sep conv 3×3', 'conv'],
  sep_conv_5x5: ['sep conv 5×5', 'conv'],
  dil_conv_3x3: ['dil conv 3×3', 'conv'],
  dil_conv_5x5: ['dil conv 5×5', 'conv'],
  'conv3x3-bn-relu': ['conv 3×3', 'conv'],
  'conv1x1-bn-relu': ['conv 1×1', 'conv'],
  maxpool3x3: ['max pool 3×3', 'pool'],
};

/** The edges between four nodes in the order of their texts, as in NAS-Bench-201 and TransNAS-Bench-101. */
const FOUR_NODES = [
  { to: 1, from: 0 },
  { to: 2, from: 0 },
  { to: 2, from: 1 },
  { to: 3, from: 0 },
  { to: 3, from: 1 },
  { to: 3, from: 2 },
] as const;

/** Four nodes that sum, with an operation on each edge. Edges with the operation `none` are left out. */
export function fourNodes({
  operations,
  title,
}: {
  readonly operations: readonly string[];
  readonly title: string;
}): CellPart {
  const nodes: CellNode[] = [
    { label: 'input', role: 'input' },
    { label: 'sum 1', role: 'node' },
    { label: 'sum 2', role: 'node' },
    { label: 'output', role: 'output' },
  ];
  const edges: [number, number][] = [];
  FOUR_NODES.forEach(({ from, to }, i) => {
    const operation = operations[i]!;
    if (operation === 'none') return;
    nodes.push(nodeOf(operation));
    edges.push([from, nodes.length - 1], [nodes.length - 1, to]);
  });
  return withoutUnread({ kind: 'cell', title, nodes, edges });
}

/** The node of an operation, given the operation's name in its space. */
export function nodeOf(operation: string): CellNode {
  const [label, role] = LABELS[operation] ?? [operation, 'other'];
  return { label, role };
}

/** Leaves out sums without inputs and sums that no node reads. */
function withoutUnread(part: CellPart): CellPart {
  const isThere = part.nodes.map(
    ({ role }, i) => role !== 'node' || part.edges.some(([from, to]) => from === i || to === i),
  );
  const index = isThere.map((_, i) => isThere.slice(0, i).filter(Boolean).length);
  return {
    ...part,
    nodes: part.nodes.filter((_, i) => isThere[i]),
    edges: part.edges.map(([from, to]) => [index[from]!, index[to]!] as const),
  };
}
