// Builds the blocks of a cell's network (skeleton: docs/understand/method.md, Costs of NAS-Bench-201).
import { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { type Cell, EDGES } from './cell.js';

/** The channels of each stage. */
export const STAGES = [16, 32, 64] as const;
export const CELLS_PER_STAGE = 5;

/**
 * The network of a cell: a stem, then 3 stages of 5 cells with a strided residual block between stages; 17
 * blocks, 18 features.
 */
export function cellNetwork(cell: Cell): Network {
  const blocks: Block[] = [];
  const stageEnds: number[] = [];
  STAGES.forEach((channels, stage) => {
    if (stage > 0)
      blocks.push(reductionBlock({ name: `block${blocks.length}`, from: STAGES[stage - 1]!, to: channels }));
    const first = cellBlock({ cell, name: `block${blocks.length}`, from: channels, to: channels });
    for (let i = 0; i < CELLS_PER_STAGE; i++) blocks.push(repeatBlock(first, `block${blocks.length}`));
    stageEnds.push(blocks.length - 1);
  });
  const classifier = { classes: 10, normalized: true };
  return { stem: stemBlock(), blocks, identities: 'worst', classifier, stageEnds, common: 'stem' };
}

/** The same instructions at another position, with weights of its own. */
function repeatBlock(block: Block, name: string): Block {
  const weights: Record<string, Weight> = {};
  for (const slot of Object.keys(block.weights))
    weights[slot] = { ...block.weights[slot]!, name: `${name}.${slot}` };
  return { ...block, name, weights };
}

function stemBlock(): Block {
  const b = new BlockBuilder({ name: 'stem' });
  convNorm({ b, input: 0, kernel: 3, stride: 1, weight: weight('conv', 'stem', [16, 3, 3, 3]) });
  return b.build();
}

interface CellBlockArguments {
  readonly cell: Cell;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Each node is the sum of its incoming edges. Edges on no path from input to output are left out. Where `to`
 * differs from `from`, the edges of node 0 change the number of channels: a skip becomes a 1x1 convolution
 * with normalization, and pooling follows such a convolution (NATS-Bench, Dong et al. 2021).
 */
export function cellBlock({ cell, name, from, to: channels }: CellBlockArguments): Block {
  const b = new BlockBuilder({ name });
  const live = liveEdges(cell);
  const nodes: (number | undefined)[] = [0];
  const activated = new Map<number, number>();
  for (let to = 1; to <= 3; to++) {
    const parts: number[] = [];
    EDGES.forEach((edge, e) => {
      if (edge.to !== to || !live[e]) return;
      const input = nodes[edge.from]!;
      const inputs = edge.from === 0 ? from : channels;
      const convolve = (value: number, kernel: number) => {
        const slot = `edge${e}`;
        const w = weight(slot, `${name}.${slot}`, [channels, inputs, kernel, kernel]);
        return convNorm({ b, input: value, kernel, stride: 1, weight: w });
      };
      const relu = () => {
        if (!activated.has(input)) activated.set(input, b.add('relu', [input]));
        return activated.get(input)!;
      };
      const widens = inputs !== channels;
      if (cell[e] === 'skip_connect') parts.push(widens ? convolve(input, 1) : input);
      else if (cell[e] === 'avg_pool_3x3') {
        const pooled = widens ? convolve(relu(), 1) : input;
        parts.push(b.add('averagePool', [pooled], { kernel: 3, stride: 1 }));
      } else parts.push(convolve(relu(), cell[e] === 'nor_conv_3x3' ? 3 : 1));
    });
    // A node with one incoming edge is that edge's value; only the output always gets a value of its own.
    nodes.push(parts.length > 1 || (to === 3 && parts.length) ? b.add('sum', parts) : parts[0]);
  }
  if (nodes[3] === undefined) b.add('zero', [0]);
  return b.build();
}

/** Whether each edge is on a path from node 0 to node 3 that contains no `none`. */
export function liveEdges(cell: Cell): readonly boolean[] {
  const reached = [true, false, false, false];
  const useful = [false, false, false, true];
  EDGES.forEach(({ to, from }, e) => {
    if (cell[e] !== 'none' && reached[from]) reached[to] = true;
  });
  for (let e = EDGES.length - 1; e >= 0; e--) {
    const { to, from } = EDGES[e]!;
    if (cell[e] !== 'none' && useful[to]) useful[from] = true;
  }
  return EDGES.map(({ to, from }, e) => cell[e] !== 'none' && reached[from]! && useful[to]!);
}

/**
 * A residual block with stride 2 and two convolutions, whose shortcut is a 2x2 average pooling and a 1x1
 * convolution without normalization.
 */
export function reductionBlock({
  name,
  from,
  to,
}: {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}): Block {
  const b = new BlockBuilder({ name });
  const first = convNorm({
    b,
    input: b.add('relu', [0]),
    kernel: 3,
    stride: 2,
    weight: weight('conv_a', `${name}.conv_a`, [to, from, 3, 3]),
  });
  const second = convNorm({
    b,
    input: b.add('relu', [first]),
    kernel: 3,
    stride: 1,
    weight: weight('conv_b', `${name}.conv_b`, [to, to, 3, 3]),
  });
  const pooled = b.add('averagePool', [0], { kernel: 2, stride: 2 });
  const shortcut = b.add(
    'conv',
    [pooled],
    { kernel: 1, stride: 1 },
    weight('downsample', `${name}.downsample`, [to, from, 1, 1]),
  );
  b.add('sum', [second, shortcut]);
  return b.build();
}

interface ConvNormArguments {
  readonly b: BlockBuilder;
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly weight: Weight & { slot: string };
}

function convNorm({ b, input, kernel, stride, weight }: ConvNormArguments): number {
  return b.add('batchNorm', [b.add('conv', [input], { kernel, stride }, weight)]);
}

function weight(slot: string, name: string, shape: readonly number[]): Weight & { slot: string } {
  return { slot, name, shape };
}
