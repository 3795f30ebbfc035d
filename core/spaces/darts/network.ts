// Builds the network of a genotype (Liu et al. 2019), with any number of cells and of channels of the first
// cells.
import { type CandidateGraph, NetworkBuilder, type Tensor } from '../../graph/network-builder.js';
import type { Cell, Genotype, Operation } from './genotype.js';

/** The channels of the stem as a multiple of those of the first cell. */
const STEM = 3;
const CLASSES = 10;

export interface NetworkSize {
  readonly cells: number;
  /** The channels of the cells before the first reduction. */
  readonly channels: number;
}

/** The size in NAS-Bench-301. */
export const PUBLISHED: NetworkSize = { cells: 8, channels: 32 };

/** Features are the outputs of the stem and of the cells; a stage ends before a reduction cell. */
export function genotypeGraph({
  genotype,
  resolution,
  size: { cells, channels: first },
}: {
  readonly genotype: Genotype;
  readonly resolution: number;
  readonly size: NetworkSize;
}): CandidateGraph {
  const isReduction = (i: number) => i === Math.floor(cells / 3) || i === Math.floor((2 * cells) / 3);
  const b = new NetworkBuilder({ side: resolution });
  const stem = b.normalize(b.conv(b.images, { to: STEM * first, kernel: 3 }));
  let x = b.feature({ x: stem, before: b.images, end: 'stage' });
  let before = x;
  let channels = first;
  for (let i = 0; i < cells; i++) {
    const stride = isReduction(i) ? 2 : 1;
    channels *= stride;
    const inputs = [
      before.side > x.side ? reduceInput(b, before, channels) : project(b, before, channels),
      project(b, x, channels),
    ];
    const output = applyCell({ b, cell: stride === 2 ? genotype.reduce : genotype.normal, inputs, stride });
    const isEnd = i === cells - 1 || isReduction(i + 1);
    before = x;
    x = b.feature({ x: output, before: x, end: isEnd ? 'stage' : 'block' });
  }
  return b.classify(x, CLASSES);
}

function project(b: NetworkBuilder, x: Tensor, to: number): Tensor {
  return b.normalize(b.conv(b.relu(x), { to, kernel: 1 }));
}

function reduceInput(b: NetworkBuilder, x: Tensor, to: number): Tensor {
  return b.normalize(reduceFactorized(b, x, to));
}

/**
 * Factorized reduction: ReLU, then two 1x1 convolutions of stride 2 with half the channels each, the second
 * over the map shifted by one pixel.
 */
function reduceFactorized(b: NetworkBuilder, x: Tensor, channels: number): Tensor {
  const active = b.relu(x);
  const half = { kernel: 1, stride: 2, to: channels / 2 };
  return b.concat([b.conv(active, half), b.conv(b.shift(active), half)]);
}

interface ApplyCellArguments {
  readonly b: NetworkBuilder;
  readonly cell: Cell;
  readonly inputs: readonly Tensor[];
  readonly stride: 1 | 2;
}

/** Concatenates nodes 2 to 5. Edges from nodes 0 and 1 have the stride. */
function applyCell({ b, cell, inputs, stride }: ApplyCellArguments): Tensor {
  const nodes = [...inputs];
  for (const edges of cell)
    nodes.push(
      b.sum(
        edges.map(({ operation, from }) =>
          applyOperation({ b, x: nodes[from]!, operation, stride: from < 2 ? stride : 1 }),
        ),
      ),
    );
  return b.concat(nodes.slice(inputs.length));
}

interface ApplyOperationArguments {
  readonly b: NetworkBuilder;
  readonly x: Tensor;
  readonly operation: Operation;
  readonly stride: 1 | 2;
}

/**
 * Normalizations in operations have neither scale nor shift, as in the networks whose parameters were
 * published.
 */
function applyOperation({ b, x, operation, stride }: ApplyOperationArguments): Tensor {
  const separable = (
    from: Tensor,
    step: { readonly kernel: number; readonly stride: number; readonly dilation?: number },
  ) => {
    const depthwise = b.conv(b.relu(from), { ...step, to: from.channels, groups: from.channels });
    return b.standardize(b.conv(depthwise, { to: from.channels, kernel: 1 }));
  };
  const kernel = Number(operation.at(-1));
  switch (operation) {
    case 'none':
      return b.zero({ channels: x.channels, side: Math.ceil(x.side / stride) });
    case 'skip_connect':
      return stride === 1 ? x : b.standardize(reduceFactorized(b, x, x.channels));
    case 'max_pool_3x3':
      return b.pool(x, { kind: 'max', kernel, stride });
    case 'avg_pool_3x3':
      return b.pool(x, { kind: 'average', kernel, stride });
    case 'dil_conv_3x3':
    case 'dil_conv_5x5':
      return separable(x, { kernel, stride, dilation: 2 });
    case 'sep_conv_3x3':
    case 'sep_conv_5x5':
      return separable(separable(x, { kernel, stride }), { kernel, stride: 1 });
  }
}
