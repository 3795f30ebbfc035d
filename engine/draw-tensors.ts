// In: a draw. Out: its tensors as ONNX Runtime wants them, each made once as long as it is kept.
import { LRUCache } from 'lru-cache';
import { Tensor } from 'onnxruntime-node';
import type { Weight } from '../core/programs/block.js';
import type { Draw } from '../core/programs/draw.js';
import type { Reordering } from '../core/programs/reordering.js';
import { createPrefixes, type Prefixes } from './prefixes.js';

/**
 * Tensors of a draw that are kept: all of a space whose candidates share their shapes (20 MB at batch 8, 130 MB at 64), and
 * the latest of one whose shapes have no end.
 */
const KEPT_BYTES = 250e6;

/** A draw's tensors as ONNX Runtime wants them, each made once as long as it is kept. */
export interface DrawTensors {
  readonly batch: number;
  readonly resolution: number;
  /** Of all candidates, or of one. */
  readonly serves: 'all' | 'one';
  /** A weight, `as` it is or through a reordering for the blocked layout, which is done once. */
  weight(weight: Weight, as?: Reordering): Tensor;
  signs(block: number, shape: readonly number[], as?: Reordering): Tensor;
  /** The same of several blocks, one after the other: [blocks, ...]. */
  weights(weights: readonly Weight[], as: Reordering): Tensor;
  signsOf(blocks: readonly number[], shape: readonly number[], as: Reordering): Tensor;
  input(shape: readonly number[]): Tensor;
  /** What networks begin with that were scored under this draw. */
  readonly prefixes: Prefixes;
}

export function drawTensors({
  draw,
  batch,
  resolution,
  blockSize,
  serves = 'all',
  prefixes = createPrefixes().under(''),
}: {
  draw: Draw;
  batch: number;
  resolution: number;
  blockSize: number;
  serves?: DrawTensors['serves'];
  prefixes?: Prefixes;
}): DrawTensors {
  const tensors = new LRUCache<string, Tensor>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ size }) => 4 * size + 1,
  });
  const tensor = (key: string, shape: readonly number[], make: () => Float32Array): Tensor => {
    const name = `${key} ${shape.join('x')}`;
    const known = tensors.get(name) ?? new Tensor('float32', make(), shape);
    tensors.set(name, known);
    return known;
  };
  const weightOf = (weight: Weight, as: Reordering) =>
    as.values(draw.weight(weight), weight.shape, blockSize);
  const signsOf = (block: number, shape: readonly number[], as: Reordering) =>
    as.values(draw.signs(block, shape), shape, blockSize);
  const keyOf = ({ name, shape, initialization, cut }: Weight) =>
    `${name} ${shape} ${JSON.stringify([initialization, cut])}`;
  return {
    batch,
    resolution,
    serves,
    weight: (weight, as = asItIs) =>
      tensor(`${keyOf(weight)} ${as.name}`, as.dims(weight.shape, blockSize), () => weightOf(weight, as)),
    signs: (block, shape, as = asItIs) =>
      tensor(`signs.${block} ${shape} ${as.name}`, as.dims(shape, blockSize), () =>
        signsOf(block, shape, as),
      ),
    weights: (weights, as) => {
      const dims = [weights.length, ...as.dims(weights[0]!.shape, blockSize)];
      return tensor(`${weights.map(keyOf)} ${as.name}`, dims, () =>
        stacked(dims, (i) => weightOf(weights[i]!, as)),
      );
    },
    signsOf: (blocks, shape, as) => {
      const dims = [blocks.length, ...as.dims(shape, blockSize)];
      return tensor(`signs.${blocks} ${shape} ${as.name}`, dims, () =>
        stacked(dims, (i) => signsOf(blocks[i]!, shape, as)),
      );
    },
    input: (shape) => tensor('input', shape, () => draw.input(shape)),
    prefixes,
  };
}

/** Tensors of one shape one after the other, [count, ...]. */
function stacked(dims: readonly number[], make: (index: number) => Float32Array): Float32Array {
  const [count, ...each] = dims as [number, ...number[]];
  const size = each.reduce((product, dim) => product * dim, 1);
  const all = new Float32Array(count * size);
  for (let i = 0; i < count; i++) all.set(make(i), i * size);
  return all;
}

const asItIs: Reordering = { name: '', dims: (shape) => shape, values: (x) => x };
