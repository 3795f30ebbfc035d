// Writes the few kinds of ONNX nodes of which a supernet consists.
import { MICROSOFT } from '../../../onnx/domains.js';
import type { GraphBuilder } from '../../../onnx/graph.js';

/** The size of one image's activation. */
export interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Forms of a program that differ between execution providers. */
export interface Dialect {
  /**
   * Means and variances by one LayerNormalization with statistics as outputs, or by two reductions and a
   * square.
   */
  readonly moments: 'layer-norm' | 'sums';
  /** A Bᵀ by ONNX Runtime's FusedMatMul, or by standard Transpose and MatMul. */
  readonly products: 'fused' | 'standard';
  /**
   * Sums of many tensors and splits into many: in one node, or in several nodes that each touch few tensors,
   * as WebGPU's shaders require.
   */
  readonly fan: 'any' | 'narrow';
}

/** Every WebGPU device can bind eight buffers: one that is split and seven parts. */
const NARROW = 7;

/**
 * The tensors of a supernet hold rows of images, batch first: [batch, rows, ...]. A row is the activation of
 * one candidate or of one slot. The same memory is viewed in three forms:
 * - rows [batch, rows, channels, positions], for gathers, sums and masks by row;
 * - images [batch * rows, channels, height, width], for convolutions with weights that all rows share;
 * - channels [batch, rows * channels, height, width], for operations by row and channel: normalization,
 * pooling.
 */
export class Kit {
  constructor(
    readonly g: GraphBuilder,
    readonly batch: number,
    readonly dialect: Dialect,
  ) {}

  rows(x: string, rows: number, { channels, height, width }: Size): string {
    return this.reshape(x, this.batch, rows, channels, height * width);
  }

  images(x: string, rows: number, { channels, height, width }: Size): string {
    return this.reshape(x, this.batch * rows, channels, height, width);
  }

  channels(x: string, rows: number, { channels, height, width }: Size): string {
    return this.reshape(x, this.batch, rows * channels, height, width);
  }

  reshape(x: string, ...shape: number[]): string {
    return this.g.add('Reshape', [x, this.g.ints(...shape)]);
  }

  /** Gathers rows of a table [batch, rows, ...], or matrices of [rows, ...] along axis 0. */
  gather(table: string, index: string, axis = 1): string {
    return this.g.add('Gather', [table, index], { axis });
  }

  sum(parts: readonly string[]): string {
    if (this.dialect.fan === 'any' && parts.length > 1) return this.g.add('Sum', parts);
    return parts.reduce((sum, part) => this.g.add('Add', [sum, part]));
  }

  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0]! : this.g.add('Concat', parts, { axis });
  }

  split(x: string, lengths: readonly number[], axis: number): readonly string[] {
    if (lengths.length === 1) return [x];
    const most = this.dialect.fan === 'any' ? lengths.length : NARROW;
    if (lengths.length <= most)
      return this.g.addMany('Split', [x, this.g.ints(...lengths)], {
        attributes: { axis },
        results: lengths.length,
      });
    const groups = splitEvenly(lengths, most);
    const sums = groups.map((group) => group.reduce((sum, length) => sum + length, 0));
    return this.split(x, sums, axis).flatMap((part, i) => this.split(part, groups[i]!, axis));
  }

  /**
   * Space-to-depth by 2: rows in which each square of four positions becomes channels, [batch, rows, 4 *
   * channels, positions / 4].
   */
  spaceToDepth(rows: string, count: number, { channels, height, width }: Size): string {
    const [h, w] = [height / 2, width / 2];
    const squares = this.reshape(rows, this.batch * count, channels, h, 2, w, 2);
    return this.g.add('Transpose', [squares], { perm: [0, 3, 5, 1, 2, 4] });
  }

  /** A small constant, which is stored in the program and needs no node. */
  filled(value: 0 | 1, ...dims: number[]): string {
    const length = dims.reduce((product, n) => product * n, 1);
    const data = new Float32Array(length).fill(value);
    return this.g.weights({ name: `all_${value}_${dims.join('_')}`, dims, data });
  }

  /** Same-padded convolution, in images form. */
  conv(
    images: string,
    weight: string,
    { kernel, stride = 1 }: { readonly kernel: number; readonly stride?: number },
  ): string {
    return this.g.add('Conv', [images, weight], window(kernel, stride));
  }

  /** Same-padded 3x3 average pooling with stride 1, in channels form. */
  pool(channels: string, padding: 'counted' | 'not-counted'): string {
    const attributes = { ...window(3, 1), count_include_pad: padding === 'counted' ? 1 : 0 };
    return this.g.add('AveragePool', [channels], attributes);
  }

  /**
   * The gradient of a ReLU whose output is `activated`, both in rows form. In images form, between
   * convolutions, ONNX Runtime's WebGPU provider would have to transpose the mask, and it cannot transpose
   * booleans.
   */
  mask(gradient: string, activated: string): string {
    const { g } = this;
    return g.add('Where', [g.add('Greater', [activated, g.float(0)]), gradient, g.float(0)]);
  }

  /** Mean over batch and positions, in rows form: [1, rows, channels, 1]. */
  rowMean(rows: string): string {
    const { g } = this;
    const images = g.add('ReduceMean', [rows, g.ints(3)], { keepdims: 1 });
    return g.add('ReduceMean', [images, g.ints(0)], { keepdims: 1 });
  }

  /**
   * Sum over batch and positions of A Bᵀ for each row, [rows, m * n]. A is [batch, rows * m, positions] for a B that all
   * rows share, [batch, n, positions]; else A is [batch * rows, m, positions] and B [batch * rows, n, positions].
   */
  products(
    a: string,
    b: string,
    { m, n, rows }: { readonly m: number; readonly n: number; readonly rows: number },
  ): string {
    const { g } = this;
    const product =
      this.dialect.products === 'fused'
        ? g.add(`FusedMatMul@${MICROSOFT}`, [a, b], { transB: 1 })
        : g.add('MatMul', [a, g.add('Transpose', [b], { perm: [0, 2, 1] })]);
    const split = this.reshape(product, this.batch, rows, m * n);
    return g.add('ReduceSum', [split, g.ints(0)], { keepdims: 0 });
  }
}

/** Splits a list into the given number of consecutive parts of about equal length. */
function splitEvenly<T>(list: readonly T[], parts: number): readonly (readonly T[])[] {
  const at = (i: number) => Math.floor((list.length * i) / parts);
  return Array.from({ length: parts }, (_, i) => list.slice(at(i), at(i + 1)));
}

function window(kernel: number, stride: number) {
  const pad = (kernel - 1) >> 1;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}
