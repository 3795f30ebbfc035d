// Converts NAS-Bench-201 to the form of the batched supernet: cells, the skeleton around them, and the
// tensors of a draw.

import type { Block } from '../../core/ir/block.js';
import type { Draw } from '../../core/ir/draw.js';
import { type Measured, type Plan, planMeasuring, type Reads } from '../../core/ir/measured.js';
import type { Network } from '../../core/ir/network.js';
import { type MapShape, mapShape, type Shape } from '../../core/ir/shape.js';
import { blockShapes } from '../../core/ops/block-shapes.js';
import type { SupernetCell, SupernetOperation } from '../../core/spaces/nas-bench-201/batched/cell.js';
import type { Size } from '../../core/spaces/nas-bench-201/batched/kit.js';
import {
  residualUses,
  type Skeleton,
  type SkeletonBlock,
  signsInput,
  weightInput,
} from '../../core/spaces/nas-bench-201/batched/skeleton.js';
import { canonicalKey } from '../../core/spaces/nas-bench-201/canonical.js';
import { type CellOperation, EDGES, parseCell } from '../../core/spaces/nas-bench-201/cell.js';
import { cellNetwork, liveEdges } from '../../core/spaces/nas-bench-201/network.js';
import { Tensor } from '../onnx-runtime.js';

const OPERATIONS: Readonly<Record<CellOperation, SupernetOperation>> = {
  none: 'none',
  skip_connect: 'skip',
  nor_conv_1x1: 'conv1x1',
  nor_conv_3x3: 'conv3x3',
  avg_pool_3x3: 'pool',
};

/**
 * A candidate in the form of the supernet: edges that reach no output are `none`. An `identity` cell returns
 * its input unchanged.
 */
export interface SupernetCandidate {
  readonly cell: SupernetCell;
  readonly identity: boolean;
}

export function createSupernetCandidate(candidate: string): SupernetCandidate {
  const cell = parseCell(candidate);
  const live = liveEdges(cell);
  return {
    cell: cell.map((operation, edge) => (live[edge] ? OPERATIONS[operation] : 'none')),
    identity: canonicalKey(cell) === 'x',
  };
}

/**
 * The network of a cell with the same convolution on every edge, whose blocks have all weights that a
 * supernet may need.
 */
const full = (operation: CellOperation) => cellNetwork(EDGES.map(() => operation));

function planOf({ blocks, stageEnds }: Network, features: Measured): Plan {
  return planMeasuring({ features, count: blocks.length, ends: stageEnds });
}

/** The features and blocks of the supernet that each proxy reads; undefined if every proxy reads all. */
export function listSupernetReads(features: Measured): Reads | undefined {
  return planOf(full('nor_conv_3x3'), features).reads;
}

/** `features` selects the blocks that are measured. */
export function createSupernetSkeleton({
  resolution,
  features,
}: {
  readonly resolution: number;
  readonly features: Measured;
}): Skeleton {
  const network = full('nor_conv_3x3');
  const { stem, blocks } = network;
  const { isMeasured } = planOf(network, features);
  const input: MapShape = [3, resolution, resolution];
  let from = sizeOf(blockShapes({ block: stem, input }).at(-1)!);
  const first = from;
  const parts: SkeletonBlock[] = blocks.map((block, i) => {
    const shape: MapShape = [from.channels, from.height, from.width];
    const to = sizeOf(blockShapes({ block, input: shape }).at(-1)!);
    const part: SkeletonBlock = {
      kind: isCell(block) ? 'cell' : 'reduction',
      from,
      to,
      measured: isMeasured[i]!,
    };
    from = to;
    return part;
  });
  return { input: sizeOf(input), stem: first, blocks: parts };
}

/** The inputs of a supernet that the draw determines: weights, images and Rademacher probes. */
export function drawFeeds({
  draw,
  batch,
  skeleton,
}: {
  readonly draw: Draw;
  readonly batch: number;
  readonly skeleton: Skeleton;
}): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  const set = (name: string, data: Float32Array, shape: readonly number[]) => {
    feeds[name] = new Tensor('float32', data, shape);
  };
  const images = ({ channels, height, width }: Size) => [batch, channels, height, width];
  const networks = { conv3x3: full('nor_conv_3x3'), conv1x1: full('nor_conv_1x1') };
  const { stem, blocks } = networks.conv3x3;
  const weight = (block: Block, slot: string) => {
    const weight = block.weights[slot]!;
    return { data: draw.weight(weight), shape: weight.shape };
  };
  set('x', draw.input(images(skeleton.input)), images(skeleton.input));
  const stemWeight = weight(stem, 'conv');
  set('weight.stem', stemWeight.data, stemWeight.shape);
  skeleton.blocks.forEach(({ kind, to, measured }, i) => {
    if (measured) set(signsInput(i), draw.signs(i, images(to)), images(to));
    if (kind === 'cell') {
      for (const [operation, network] of Object.entries(networks)) {
        const all = EDGES.map((_, edge) => weight(network.blocks[i]!, `edge${edge}`));
        const [outputs, inputs, kernel] = all[0]!.shape as [number, number, number];
        const backward = measured ? all.map((each) => transposeAndRotate(each).data) : [];
        const parts = [...all.map(({ data }) => data), ...backward];
        set(weightInput(i, operation), join(parts), [parts.length * outputs, inputs, kernel, kernel]);
      }
      return;
    }
    const first = weight(blocks[i]!, 'conv_a');
    const second = weight(blocks[i]!, 'conv_b');
    const shortcut = weight(blocks[i]!, 'downsample');
    const all = {
      first,
      second,
      secondGradient: transposeAndRotate(second),
      shortcut,
      shortcutGradient: transposeAndRotate(shortcut),
    };
    for (const use of residualUses({ measured })) set(weightInput(i, use), all[use].data, all[use].shape);
  });
  return feeds;
}

interface Weight {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * The weight of the convolution that computes the gradient: input and output channels transposed, and the
 * kernel rotated by 180 degrees (rot180).
 */
function transposeAndRotate({ data, shape }: Weight): Weight {
  const [outputs, inputs, kernel] = shape as [number, number, number];
  const area = kernel * kernel;
  const out = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < area; k++)
        out[(i * outputs + o) * area + area - 1 - k] = data[(o * inputs + i) * area + k]!;
  return { data: out, shape: [inputs, outputs, kernel, kernel] };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function isCell(block: Block): boolean {
  return 'edge0' in block.weights;
}

function sizeOf(shape: Shape): Size {
  const [channels, height, width] = mapShape(shape);
  return { channels, height, width };
}
