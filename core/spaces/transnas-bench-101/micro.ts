// Defines candidates of TransNAS-Bench-101's micro space: cells of four nodes with one of four operations on
// each of six edges.
import { SpecError } from '../../errors.js';
import type { CandidateGraph, NetworkBuilder, Tensor } from '../../graph/network-builder.js';
import { quote } from '../../text/show.js';
import { FOUR_NODE_EDGES } from '../four-node-cell.js';
import { type ApplyCell, modulesGraph, reluConvNorm, type Step } from './network.js';

/**
 * The operation of each edge, in the order of `EDGES`: 0 none, 1 skip, 2 convolution 1x1, 3 convolution 3x3.
 */
export type Cell = readonly number[];

export const OPERATIONS = [0, 1, 2, 3] as const;
export const CELLS = OPERATIONS.length ** 6;

/** `{ to: 2, from: 1 }` is the edge from node 1 to node 2. */
const EDGES = FOUR_NODE_EDGES;

/** Throws a SpecError for a text that is not `64-41414-a_bc_def`. */
export function parseCell(text: string): Cell {
  const match = /^64-41414-([0-3])_([0-3]{2})_([0-3]{3})$/.exec(text.trim());
  if (!match)
    throw SpecError.of({
      path: '',
      message: `candidate ${quote(text)}: must be 64-41414-a_bc_def with a digit from 0 to 3 for each edge (1<-0, 2<-0, 2<-1, 3<-0, 3<-1, 3<-2), such as "64-41414-1_02_333"`,
    });
  return Array.from(match.slice(1).join(''), Number);
}

export function printCell([a, ...rest]: Cell): string {
  return `64-41414-${a}_${rest.slice(0, 2).join('')}_${rest.slice(2).join('')}`;
}

/** The cell number `index`, 0 to 4,095. */
export function cellAt(index: number): Cell {
  return Array.from(index.toString(OPERATIONS.length).padStart(6, '0'), Number);
}

/**
 * The cell as an expression of its input, with sorted sums. A skip is the identity, except from node 0 in
 * cells that change the shape, where it has weights. A value that depends on no input is zero and is left
 * out.
 */
export function cellKey(cell: Cell): string {
  const nodes: string[] = ['x'];
  for (let to = 1; to <= 3; to++) {
    const parts = EDGES.flatMap((edge, e) => {
      const operation = cell[e]!;
      const from = nodes[edge.from]!;
      if (edge.to !== to || operation === 0 || from === '') return [];
      if (operation === 1) return [edge.from === 0 ? 'skip(x)' : from];
      return [`conv${operation === 2 ? 1 : 3}(${from})`];
    });
    // A sum of sums is flattened into one sum.
    nodes.push(parts.flatMap(termsOf).sort().join('+'));
  }
  return nodes[3]!;
}

/** The terms of a sum, which are separated by plus signs outside of all parentheses. */
function termsOf(sum: string): readonly string[] {
  const terms = [''];
  let depth = 0;
  for (const character of sum) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '+' && depth === 0) terms.push('');
    else terms[terms.length - 1] += character;
  }
  return terms;
}

/** The modules of every network in this space. */
const MODULES = [4, 1, 4, 1, 4] as const;

export function microGraph({
  cell,
  resolution,
}: {
  readonly cell: Cell;
  readonly resolution: number;
}): CandidateGraph {
  const apply: ApplyCell = ({ b, x, step }) => applyCell({ b, x, step, cell });
  return modulesGraph({ modules: MODULES, resolution, cell: apply });
}

interface ApplyCellArguments {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly step: Step;
  readonly cell: Cell;
}

/** Each node is the sum of its edges. Edges from node 0 change the shape. */
function applyCell({ b, x, step, cell }: ApplyCellArguments): Tensor {
  const nodes: Tensor[] = [x];
  for (let to = 1; to <= 3; to++) {
    const parts = EDGES.flatMap((edge, e) => {
      if (edge.to !== to) return [];
      const own: Step = { channels: step.channels, stride: edge.from === 0 ? step.stride : 1 };
      return [applyEdge({ b, x: nodes[edge.from]!, step: own, operation: cell[e]! })];
    });
    nodes.push(b.sum(parts));
  }
  return nodes[3]!;
}

interface ApplyEdgeArguments {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly step: Step;
  readonly operation: number;
}

function applyEdge({ b, x, step: { channels, stride }, operation }: ApplyEdgeArguments): Tensor {
  if (operation === 0) return b.zero({ channels, side: Math.ceil(x.side / stride) });
  if (operation > 1) return reluConvNorm(b, x, { to: channels, kernel: operation === 2 ? 1 : 3, stride });
  return stride === 1 && channels === x.channels ? x : reduce({ b, x, channels });
}

/** Factorized reduction: two 1x1 convolutions of stride 2, the second over the map shifted by one pixel. */
function reduce({
  b,
  x,
  channels,
}: {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly channels: number;
}): Tensor {
  const active = b.relu(x);
  const half = { kernel: 1, stride: 2, to: channels / 2 };
  return b.normalize(b.concat([b.conv(active, half), b.conv(b.shift(active), half)]));
}
