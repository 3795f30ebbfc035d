// Writes the blocks of the supernet: cells, which gather rows by the topology's index vectors, and residual
// blocks.
import type { GraphBuilder, Port } from '../../../onnx/graph.js';
import { CONVOLUTIONS, type Convolution, EDGES, kernelOf, SLOTTED } from './cell.js';
import { type CellSite, cellForward } from './cell-forward.js';
import { cellGradient } from './cell-gradient.js';
import { indexPorts, inputIndex } from './index-ports.js';
import type { Kit } from './kit.js';
import { type ResidualUse, reduction } from './reduction.js';
import { residualUses, type SkeletonBlock, type SupernetShape, weightInput } from './skeleton.js';

/** Activations in rows form: one row for each candidate, or one row for all of them. */
export interface Rows {
  readonly value: string;
  readonly count: number;
}

/** The topology's index vectors, by name. */
export interface Indexes {
  /** The index vectors of a cell whose input has a row for each candidate. */
  readonly byName: ReadonlyMap<string, string>;
  /** The index vectors into the input of the first cell, which is one row for all candidates. */
  readonly ofFirst: ReadonlyMap<string, string>;
}

export interface BlockSite {
  readonly kit: Kit;
  readonly shape: SupernetShape;
  /** The index of the block in the skeleton. */
  readonly block: number;
  readonly parts: SkeletonBlock;
  /** The output of the previous block. */
  readonly state: Rows;
  readonly indexes: Indexes;
  /** Adds an input of the program and returns its name. */
  input(port: Port): string;
}

export interface WrittenBlock {
  readonly output: Rows;
  /** Products of the probe with the block's vector-Jacobian product of it. */
  jacobian(signs: string): string;
}

/** Splits the input `topology` into the index vectors by which cells gather rows. */
export function topologyIndexes({ kit, shape, input }: Pick<BlockSite, 'kit' | 'shape' | 'input'>): Indexes {
  const ports = indexPorts(shape);
  const lengths = ports.map(({ length }) => length);
  const indexes = kit.split('topology', lengths, 0);
  input({
    name: 'topology',
    dims: [lengths.reduce((sum, length) => sum + length, 0)],
    type: 'int32',
  });
  const ofInput = EDGES.flatMap(({ from }, edge) =>
    from === 0 ? SLOTTED.map((operation) => inputIndex(operation, edge)) : [],
  );
  const lengthOf = (name: string) => ports.find((port) => port.name === name)?.length ?? 0;
  return {
    byName: new Map(ports.map(({ name }, i) => [name, indexes[i]!])),
    ofFirst: new Map(ofInput.map((name) => [name, firstRow(kit.g, lengthOf(name))])),
  };
}

/** An index vector of zeros. */
function firstRow(g: GraphBuilder, length: number): string {
  return g.tensor({ type: 'int64', dims: [length], data: new Array<number>(length).fill(0) });
}

export function cellBlock({
  kit,
  shape,
  block,
  parts: { to, measured },
  state,
  indexes,
  input,
}: BlockSite): WrittenBlock {
  const { g } = kit;
  const weights = new Map<string, readonly string[]>();
  for (const operation of CONVOLUTIONS) {
    const k = kernelOf(operation);
    const count = EDGES.length * (measured ? 2 : 1);
    const dims = [count * to.channels, to.channels, k, k];
    const all = input({ name: weightInput(block, operation), dims });
    weights.set(operation, kit.split(all, new Array<number>(count).fill(to.channels), 0));
  }
  const isFirst = state.count === 1;
  const site: CellSite = {
    kit,
    capacities: shape.capacities,
    size: to,
    zero: g.add('Expand', [g.float(0), g.ints(kit.batch, 1, to.channels, to.height * to.width)]),
    index: (name) => (isFirst && indexes.ofFirst.get(name)) || indexes.byName.get(name)!,
    weight: (operation: Convolution, edge, use) =>
      weights.get(operation)![edge + (use === 'forward' ? 0 : EDGES.length)]!,
  };
  const forward = cellForward(site, state.value);
  return {
    output: { value: forward.output, count: shape.size },
    jacobian: (signs) => cellGradient(site, { signs, forward }),
  };
}

export function reductionBlock({
  kit,
  block,
  parts: { from, to, measured },
  state: { value, count },
  input,
}: BlockSite): WrittenBlock {
  const dims: Record<ResidualUse, readonly number[]> = {
    first: [to.channels, from.channels, 3, 3],
    second: [to.channels, to.channels, 3, 3],
    secondGradient: [to.channels, to.channels, 3, 3],
    shortcut: [to.channels, from.channels, 1, 1],
    shortcutGradient: [from.channels, to.channels, 1, 1],
  };
  const weights = new Map(
    residualUses({ measured }).map((use) => [use, input({ name: weightInput(block, use), dims: dims[use] })]),
  );
  const site = { kit, count, from, to, weight: (use: ResidualUse) => weights.get(use)! };
  const { output, jacobian } = reduction(site, value);
  return { output: { value: output, count }, jacobian };
}
