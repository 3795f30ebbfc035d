// Builds the network of a cell of NAS-Bench-101 (Ying et al. 2019): three stacks of three cells.
import { type CandidateGraph, NetworkBuilder, type Tensor } from '../../graph/network-builder.js';
import { canonicalCell } from './canonical.js';
import type { Cell, Operation } from './cell.js';

const STEM_CHANNELS = 128;
const STACKS = 3;
const CELLS = 3;
const CLASSES = 10;

/**
 * The network of the canonical cell, as the benchmark trained it: where channels cannot be divided evenly,
 * the order of the vertices decides which are wider. Between stacks, channels double, and a 2x2 max pooling
 * halves the map. Features are the outputs of the stem and of the cells.
 */
export function cellGraph({
  cell,
  resolution,
}: {
  readonly cell: Cell;
  readonly resolution: number;
}): CandidateGraph {
  const b = new NetworkBuilder({ side: resolution });
  const whole = canonicalCell(cell);
  const stem = convNorm(b, b.images, { to: STEM_CHANNELS, kernel: 3 });
  let x = b.feature({ x: stem, before: b.images, end: 'stage' });
  for (let stack = 0; stack < STACKS; stack++)
    for (let i = 0; i < CELLS; i++) {
      const input = stack > 0 && i === 0 ? b.pool(x, { kind: 'max', kernel: 2, stride: 2, pad: 0 }) : x;
      const output = applyCell({ b, cell: whole, input, channels: STEM_CHANNELS * 2 ** stack });
      x = b.feature({ x: output, before: x, end: i === CELLS - 1 ? 'stage' : 'block' });
    }
  return b.classify(x, CLASSES);
}

/** The channels of every vertex, divided as in the benchmark. */
export function vertexChannels({
  cell: { edges },
  input,
  output,
}: {
  readonly cell: Cell;
  readonly input: number;
  readonly output: number;
}): readonly number[] {
  const last = edges.length - 1;
  const channels = edges.map(() => 0);
  channels[0] = input;
  channels[last] = output;
  const concatenated = edges[last]!.slice(1).filter(Boolean).length;
  let rest = concatenated && output % concatenated;
  for (let v = 1; v < last; v++)
    if (edges[last]![v]) channels[v] = Math.floor(output / concatenated) + (rest-- > 0 ? 1 : 0);
  for (let v = last - 2; v > 0; v--)
    if (!edges[last]![v])
      for (let to = v + 1; to < last; to++)
        if (edges[to]![v]) channels[v] = Math.max(channels[v]!, channels[to]!);
  return channels;
}

interface ApplyCellArguments {
  readonly b: NetworkBuilder;
  readonly cell: Cell;
  readonly input: Tensor;
  readonly channels: number;
}

function applyCell({ b, cell, input, channels: output }: ApplyCellArguments): Tensor {
  const { edges, operations } = cell;
  const last = edges.length - 1;
  const channels = vertexChannels({ cell, input: input.channels, output });
  const project = (to: number) => convNorm(b, input, { to, kernel: 1 });
  const vertices: Tensor[] = [input];
  for (let v = 1; v < last; v++) {
    const to = channels[v]!;
    const parts = vertices.flatMap((vertex, from) =>
      from > 0 && edges[v]![from] ? [b.truncate(vertex, to)] : [],
    );
    if (edges[v]![0]) parts.push(project(to));
    vertices.push(apply(b, operations[v - 1]!, b.sum(parts)));
  }
  const fed = vertices.slice(1).filter((_, i) => edges[last]![i + 1]);
  if (fed.length === 0) return project(output);
  const joined = b.concat(fed);
  return edges[last]![0] ? b.sum([joined, project(output)]) : joined;
}

function apply(b: NetworkBuilder, operation: Operation, x: Tensor): Tensor {
  if (operation === 'maxpool3x3') return b.pool(x, { kind: 'max', kernel: 3 });
  return convNorm(b, x, { to: x.channels, kernel: operation === 'conv3x3-bn-relu' ? 3 : 1 });
}

function convNorm(
  b: NetworkBuilder,
  x: Tensor,
  settings: { readonly to: number; readonly kernel: number },
): Tensor {
  return b.relu(b.normalize(b.conv(x, settings)));
}
