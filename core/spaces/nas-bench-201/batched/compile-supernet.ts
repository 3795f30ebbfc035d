// Compiles the batched supernet: a static ONNX program that scores many cells under any draw in one run.
import { GraphBuilder, type Port } from '../../../onnx/graph.js';
import { CONVOLUTIONS, type Convolution, EDGES, kernelOf, SLOTTED } from './cell.js';
import { type CellSite, cellForward } from './cell-forward.js';
import { cellGradient } from './cell-gradient.js';
import { type Dialect, Kit, type Size } from './kit.js';
import { momentsOf, normalize } from './normalization.js';
import { featureOutput, jacobianOutput, leavesOf, type Output } from './outputs.js';
import { type ResidualUse, reduction } from './reduction.js';
import type { Capacities } from './split-into-runs.js';
import { indexPorts, inputIndex } from './supernet-topology.js';

/** A network around the cell: a stem (3x3 convolution and normalization), then cells and residual blocks with stride 2. */
export interface Skeleton {
  readonly input: Size;
  readonly stem: Size;
  readonly blocks: readonly SkeletonBlock[];
}
export interface SkeletonBlock {
  readonly kind: 'cell' | 'reduction';
  readonly from: Size;
  readonly to: Size;
  /** Whether its output and its Jacobian are measured; other blocks only pass their output on. */
  readonly measured: boolean;
}

export interface SupernetShape {
  /** Candidates of a run. */
  readonly size: number;
  readonly batch: number;
  readonly capacities: Capacities;
}

/** Input of block `i`'s signs, and of its weights by what they are for. */
export const signsInput = (block: number): string => `signs.${block}`;
export const weightInput = (block: number, use: string): string => `weight.${block}.${use}`;
const RESIDUAL = ['first', 'second', 'shortcut'] as const;
const RESIDUAL_GRADIENT = ['secondGradient', 'shortcutGradient'] as const;
/** What a residual block's weights are for; those whose convolution is the gradient are needed where it is measured. */
export const residualUses = (measured: boolean): readonly ResidualUse[] =>
  measured ? [...RESIDUAL, ...RESIDUAL_GRADIENT] : RESIDUAL;

/**
 * Inputs: `x` [batch, 3, h, w], `topology` (supernetTopology), `weight.stem`, and for each block its weights: of a cell
 * `conv3x3` and `conv1x1`, each [6 c, c, k, k], one of each edge; of a residual block those of `residualUses`. A measured block also has
 * signs, [batch, c, h, w], and the weights whose convolution is the gradient: of a cell after the others, [12 c, c, k, k].
 * Outputs, float32, sums over batch and positions (method.md): `feature.0` of the stem [1, c² + c] and, of each measured
 * block i - 1, `feature.i` [size, c² + c]: products of channels, then channels; `jacobian.i` of block i [size, rows *
 * columns]; each in the parts of `partsOf`. A candidate's row depends on that candidate alone.
 *
 * ONNX Runtime first runs what leads to the last leaf of the graph, then what is still missing for the leaf before it.
 * So each output is a leaf of its own, and the first block's come last: a block's backward pass follows its forward pass,
 * and its memory is free before the next block starts.
 */
export function compileSupernet({
  skeleton,
  shape,
  dialect,
}: {
  skeleton: Skeleton;
  shape: SupernetShape;
  dialect: Dialect;
}): { program: Uint8Array; nodes: number } {
  const { batch, size } = shape;
  const g = new GraphBuilder();
  const kit = new Kit(g, batch, dialect);
  const image = ({ channels, height, width }: Size) => [batch, channels, height, width];
  const inputs: Port[] = [{ name: 'x', dims: image(skeleton.input) }];
  const outputs: Output[] = [];
  const topology = indexPorts(shape);
  const indexes = kit.split(
    'topology',
    topology.map(({ length }) => length),
    0,
  );
  const index = new Map(topology.map(({ name }, i) => [name, indexes[i]!]));
  inputs.push({
    name: 'topology',
    dims: [topology.reduce((sum, { length }) => sum + length, 0)],
    type: 'int32',
  });

  const ofInput = new Map(
    EDGES.flatMap(({ from }, edge) =>
      from === 0 ? SLOTTED.map((operation) => inputIndex(operation, edge)) : [],
    ).map((name) => [name, firstRow(g, topology.find((port) => port.name === name)?.length ?? 0)]),
  );

  const feature = (i: number, rows: string, count: number, each: Size) => {
    const { channels } = each;
    const flat = kit.reshape(rows, batch * count, channels, each.height * each.width);
    const products = kit.products(flat, flat, { m: channels, n: channels, rows: count });
    const sums = g.add('ReduceSum', [g.add('ReduceSum', [rows, g.ints(3)], { keepdims: 0 }), g.ints(0)], {
      keepdims: 0,
    });
    const value = kit.concat([products, kit.reshape(sums, count, channels)], 1);
    outputs.push({ name: (part) => featureOutput(i, part), value, count, width: channels ** 2 + channels });
  };

  const { stem } = skeleton;
  inputs.push({ name: 'weight.stem', dims: [stem.channels, skeleton.input.channels, 3, 3] });
  const made = kit.channels(kit.conv('x', 'weight.stem', { kernel: 3 }), 1, stem);
  const [moments] = momentsOf(kit, { groups: [made], lengths: [1], size: stem });
  let rows = kit.rows(normalize(kit, made, stem.channels, moments!), 1, stem);
  let count = 1;
  feature(0, rows, count, stem);

  skeleton.blocks.forEach(({ kind, from, to, measured }, block) => {
    const input = (name: string, dims: readonly number[]) => {
      inputs.push({ name, dims });
      return name;
    };
    let jacobian: (signs: string) => string;
    if (kind === 'cell') {
      const weights = new Map<string, readonly string[]>();
      for (const operation of CONVOLUTIONS) {
        const k = kernelOf(operation);
        const count = EDGES.length * (measured ? 2 : 1);
        const all = input(weightInput(block, operation), [count * to.channels, to.channels, k, k]);
        weights.set(operation, kit.split(all, new Array<number>(count).fill(to.channels), 0));
      }
      const shared = count === 1;
      const site: CellSite = {
        kit,
        capacities: shape.capacities,
        size: to,
        zero: g.add('Expand', [g.float(0), g.ints(batch, 1, to.channels, to.height * to.width)]),
        // The first cell's input is one row for all candidates.
        index: (name) => (shared && ofInput.get(name)) || index.get(name)!,
        weight: (operation: Convolution, edge, use) =>
          weights.get(operation)![edge + (use === 'forward' ? 0 : EDGES.length)]!,
      };
      const forward = cellForward(site, rows);
      rows = forward.output;
      count = size;
      jacobian = (signs) => cellGradient(site, { signs, forward });
    } else {
      const dims: Record<ResidualUse, readonly number[]> = {
        first: [to.channels, from.channels, 3, 3],
        second: [to.channels, to.channels, 3, 3],
        secondGradient: [to.channels, to.channels, 3, 3],
        shortcut: [to.channels, from.channels, 1, 1],
        shortcutGradient: [from.channels, to.channels, 1, 1],
      };
      const weights = new Map(
        residualUses(measured).map((use) => [use, input(weightInput(block, use), dims[use])]),
      );
      const site = { kit, count, from, to, weight: (use: ResidualUse) => weights.get(use)! };
      const forward = reduction(site, rows);
      rows = forward.output;
      jacobian = forward.jacobian;
    }
    if (!measured) return;
    const signs = kit.rows(input(signsInput(block), image(to)), 1, to);
    const { rows: m, columns: n } = jacobianEntries({ kind, from, to });
    const value = jacobian(signs);
    outputs.push({ name: (part) => jacobianOutput(block, part), value, count: size, width: m * n });
    feature(block + 1, rows, count, to);
  });
  const leaves = outputs.reverse().flatMap((output) => leavesOf(kit, output));
  return { program: g.build({ name: 'supernet', inputs, outputs: leaves }), nodes: g.nodes };
}

/** An index of zeros. */
function firstRow(g: GraphBuilder, length: number): string {
  return g.tensor({ type: 'int64', dims: [length], data: new Array<number>(length).fill(0) });
}

/** Shape of a block's Jacobian products: the input's channels, times four where the block halves both sides. */
export function jacobianEntries({ kind, from, to }: Omit<SkeletonBlock, 'measured'>): {
  rows: number;
  columns: number;
} {
  return { rows: kind === 'cell' ? from.channels : from.channels * 4, columns: to.channels };
}
