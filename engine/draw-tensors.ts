// In: a draw. Out: its tensors as ONNX Runtime wants them, each made once as long as it is kept, in memory of their own or in that of the draw before.
import { LRUCache } from 'lru-cache';
import type { Weight } from '../core/ir/block.js';
import { type Draw, size } from '../core/ir/draw.js';
import { type Packing, probeRows } from '../core/lowering/nchwc/packing.js';
import { Tensor } from './onnx-runtime.js';
import { createPrefixCaches, type PrefixCache } from './prefix-cache.js';

/**
 * Tensors of a draw that are kept: all of a space whose candidates share their shapes (20 MB at batch 8, 130 MB at 64), and
 * the latest of one whose shapes have no end.
 */
const KEPT_BYTES = 250e6;

/** Memory of tensors by name, which draws that serve one candidate each write over, one draw after the other. */
export type Scratch = LRUCache<string, Float32Array>;

export function createScratch(): Scratch {
  return new LRUCache({ maxSize: KEPT_BYTES, sizeCalculation: ({ length }) => 4 * length + 1 });
}

/** A draw's tensors as ONNX Runtime wants them, each made once as long as it is kept. */
export interface DrawTensors {
  readonly batch: number;
  readonly resolution: number;
  /** Of all candidates, or of one. */
  readonly serves: 'all' | 'one';
  /** A weight, `as` it is or through a reordering for the blocked layout, which is done once. */
  weight(weight: Weight, as?: Packing): Tensor;
  signs(block: number, shape: readonly number[], as?: Packing): Tensor;
  /** The same of several blocks, one after the other: [blocks, ...]. */
  weights(weights: readonly Weight[], as: Packing): Tensor;
  signsOf(blocks: readonly number[], shape: readonly number[], as: Packing): Tensor;
  input(shape: readonly number[]): Tensor;
  /** What networks begin with that were scored under this draw. */
  readonly prefixes: PrefixCache;
}

export function drawTensors({
  draw,
  batch,
  resolution,
  blockSize,
  serves = 'all',
  scratch,
  prefixes = createPrefixCaches().ofDraw(''),
}: {
  draw: Draw;
  batch: number;
  resolution: number;
  blockSize: number;
  serves?: DrawTensors['serves'];
  /** Holds these tensors; none of another draw on it may still be in use. */
  scratch?: Scratch;
  prefixes?: PrefixCache;
}): DrawTensors {
  const tensors = new LRUCache<string, Tensor>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ size }) => 4 * size + 1,
  });
  const tensor = (key: string, dims: readonly number[], write: (out: Float32Array) => void): Tensor => {
    const name = `${key} ${dims.join('x')}`;
    const known = tensors.get(name);
    if (known) return known;
    const data = scratch?.get(name) ?? new Float32Array(size(dims));
    scratch?.set(name, data);
    write(data);
    const made = new Tensor('float32', data, dims);
    tensors.set(name, made);
    return made;
  };
  const writeWeight = (weight: Weight, as: Packing, out: Float32Array) =>
    as.write(draw.weight(weight), weight.shape, blockSize, out);
  const keyOf = ({ name, shape, initialization, cut }: Weight) =>
    `${name} ${shape} ${JSON.stringify([initialization, cut])}`;
  const signsOf: DrawTensors['signsOf'] = (blocks, shape, as) =>
    tensor(`signs.${blocks} ${shape} ${as.name}`, [blocks.length, ...as.dims(shape, blockSize)], (out) => {
      // As rows they are as they were drawn, and every run wants them so too: they are drawn once.
      const rows = as === probeRows ? undefined : (signsOf(blocks, shape, probeRows).data as Float32Array);
      const drawn = (i: number) => (rows ? part(rows, i, blocks.length) : draw.signs(blocks[i]!, shape));
      for (let i = 0; i < blocks.length; i++)
        as.write(drawn(i), shape, blockSize, part(out, i, blocks.length));
    });
  return {
    batch,
    resolution,
    serves,
    weight: (weight, as = asItIs) =>
      tensor(`${keyOf(weight)} ${as.name}`, as.dims(weight.shape, blockSize), (out) =>
        writeWeight(weight, as, out),
      ),
    signs: (block, shape, as = asItIs) =>
      tensor(`signs.${block} ${shape} ${as.name}`, as.dims(shape, blockSize), (out) =>
        as.write(draw.signs(block, shape), shape, blockSize, out),
      ),
    weights: (weights, as) => {
      const dims = [weights.length, ...as.dims(weights[0]!.shape, blockSize)];
      return tensor(`${weights.map(keyOf)} ${as.name}`, dims, (out) => {
        for (const [i, weight] of weights.entries()) writeWeight(weight, as, part(out, i, weights.length));
      });
    },
    signsOf,
    input: (shape) => tensor('input', shape, (out) => out.set(draw.input(shape))),
    prefixes,
  };
}

/** Number `i` of `count` equal parts of a tensor's values. */
function part(values: Float32Array, i: number, count: number): Float32Array {
  const length = values.length / count;
  return values.subarray(i * length, (i + 1) * length);
}

const asItIs: Packing = {
  name: '',
  dims: (shape) => shape,
  write: (x, _shape, _block, out) => out.set(x),
};
