// Creates the tensors of a draw for ONNX Runtime and caches them: weights, Rademacher probes and images.
import { LRUCache } from 'lru-cache';
import type { Weight } from '../core/ir/block.js';
import { type Draw, size } from '../core/ir/draw.js';
import { type Packing, probeRows } from '../core/lowering/nchwc/packing.js';
import { Tensor } from './onnx-runtime.js';
import { createPrefixCaches, type PrefixCache } from './prefix-cache.js';

/**
 * The bytes of tensors that are cached for a draw. This suffices for all tensors of a space whose candidates
 * have the same shapes (20 MB at batch 8, 130 MB at batch 64). In other spaces the least recently used
 * tensors are dropped.
 */
const KEPT_BYTES = 250e6;

/**
 * Memory of tensors by name. Where candidates do not share weights, the tensors of the next candidate
 * overwrite those of the previous one.
 */
export type Scratch = LRUCache<string, Float32Array>;

export function createScratch(): Scratch {
  return new LRUCache({ maxSize: KEPT_BYTES, sizeCalculation: ({ length }) => 4 * length + 1 });
}

/** The tensors of a draw. Each is created once and then cached. */
export interface DrawTensors {
  readonly batch: number;
  readonly resolution: number;
  /** Whether all candidates share this draw or it belongs to one candidate. */
  readonly serves: 'all' | 'one';
  /** A weight, row-major or in a packing. */
  weight(weight: Weight, as?: Packing): Tensor;
  /** The Rademacher probe of a block. */
  probe(block: number, shape: readonly number[], as?: Packing): Tensor;
  /** The weights, or the probes, of several blocks: [blocks, ...]. */
  weights(weights: readonly Weight[], as: Packing): Tensor;
  probes(blocks: readonly number[], shape: readonly number[], as: Packing): Tensor;
  input(shape: readonly number[]): Tensor;
  /** The states after leading blocks that networks under this draw have computed. */
  readonly prefixes: PrefixCache;
}

export interface DrawTensorsOptions {
  readonly draw: Draw;
  readonly batch: number;
  readonly resolution: number;
  readonly blockSize: number;
  readonly serves?: DrawTensors['serves'];
  readonly memory?: {
    /** Memory for these tensors. Tensors of another draw in the same memory must not be in use. */
    readonly scratch?: Scratch;
    readonly prefixes?: PrefixCache;
  };
}

export function drawTensors(options: DrawTensorsOptions): DrawTensors {
  const { draw, batch, resolution, blockSize: block, serves = 'all' } = options;
  const { scratch, prefixes = createPrefixCaches().ofDraw('') } = options.memory ?? {};
  const tensor = createTensorCache(scratch);
  const writeWeight = ({ weight, as, out }: WeightTask): void =>
    as.write({ x: draw.weight(weight), shape: weight.shape, block, out });

  const probes: DrawTensors['probes'] = (blocks, shape, as) =>
    tensor({
      key: `signs.${blocks} ${shape} ${as.name}`,
      dims: [blocks.length, ...as.dims(shape, block)],
      write: (out) => {
        // Every run also needs the probes as rows, which is the order in which they are drawn, so they are
        // drawn once, as rows.
        const rows = as === probeRows ? undefined : (probes(blocks, shape, probeRows).data as Float32Array);
        const probe = (i: number) => (rows ? part(rows, i, blocks.length) : draw.signs(blocks[i]!, shape));
        for (let i = 0; i < blocks.length; i++)
          as.write({ x: probe(i), shape, block, out: part(out, i, blocks.length) });
      },
    });
  return {
    batch,
    resolution,
    serves,
    weight: (weight, as = unpacked) =>
      tensor({
        key: `${keyOf(weight)} ${as.name}`,
        dims: as.dims(weight.shape, block),
        write: (out) => writeWeight({ weight, as, out }),
      }),
    probe: (number, shape, as = unpacked) =>
      tensor({
        key: `signs.${number} ${shape} ${as.name}`,
        dims: as.dims(shape, block),
        write: (out) => as.write({ x: draw.signs(number, shape), shape, block, out }),
      }),
    weights: (weights, as) =>
      tensor({
        key: `${weights.map(keyOf)} ${as.name}`,
        dims: [weights.length, ...as.dims(weights[0]!.shape, block)],
        write: (out) => {
          for (const [i, weight] of weights.entries())
            writeWeight({ weight, as, out: part(out, i, weights.length) });
        },
      }),
    probes,
    input: (shape) => tensor({ key: 'input', dims: shape, write: (out) => out.set(draw.input(shape)) }),
    prefixes,
  };
}

interface WeightTask {
  readonly weight: Weight;
  readonly as: Packing;
  readonly out: Float32Array;
}

/** Everything on which the values of a weight depend. */
function keyOf({ name, shape, initialization, cut }: Weight): string {
  return `${name} ${shape} ${JSON.stringify([initialization, cut])}`;
}

interface TensorTask {
  /** Distinguishes the tensor from others with the same dimensions. */
  readonly key: string;
  readonly dims: readonly number[];
  readonly write: (out: Float32Array) => void;
}

/**
 * Creates a cache that returns tensors, and computes missing ones in the memory of `scratch` if there is any.
 */
function createTensorCache(scratch: Scratch | undefined): (task: TensorTask) => Tensor {
  const tensors = new LRUCache<string, Tensor>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ size }) => 4 * size + 1,
  });
  return ({ key, dims, write }) => {
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
}

/** Part `i` of a tensor's values split into `count` equal parts. */
function part(values: Float32Array, i: number, count: number): Float32Array {
  const length = values.length / count;
  return values.subarray(i * length, (i + 1) * length);
}

const unpacked: Packing = {
  name: '',
  dims: (shape) => shape,
  write: ({ x, out }) => out.set(x),
};
