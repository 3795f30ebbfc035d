// Packs tensors into the memory order of ONNX Runtime's blocked layout NCHWc, padding channels with zeros to
// whole blocks.

/** A memory order of a tensor, or another tensor that is computed from its values (probe-inputs.ts). */
export interface Packing {
  readonly name: string;
  /** The dimensions of a packed tensor; `block` is the number of channels in a channel block. */
  dims(shape: readonly number[], block: number): readonly number[];
  /** Writes the tensor to `out` in this order. */
  write(tensor: Unpacked): void;
}

/** A tensor in row-major order, and the memory that its packed form is written to. */
export interface Unpacked {
  readonly x: Float32Array;
  readonly shape: readonly number[];
  /** The number of channels in a channel block. */
  readonly block: number;
  /**
   * Has as many elements as the packed tensor. Elements that the packing does not write are zero and stay
   * zero.
   */
  readonly out: Float32Array;
}

/**
 * The number of positions of a map that are written together, chosen so that they stay in the processor's
 * cache while all channels of a block are written.
 */
const TILE = 64;

/** The number of channels, rounded up to whole channel blocks. */
export function roundUpToBlock(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** Activations [b, c, h, w] as [b, c / block, h, w, block]. */
export const packedActivation: Packing = {
  name: 'activation',
  dims: ([batch, channels, ...sizes], block) => [batch!, roundUpToBlock(channels!, block), ...sizes],
  write: ({ x, shape, block, out }) => {
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const area = height * width;
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c += block, to += area * block)
        for (let start = 0; start < area; start += TILE)
          for (let k = 0; k < Math.min(block, channels - c); k++) {
            const row = (n * channels + c + k) * area;
            const end = row + Math.min(start + TILE, area);
            let at = to + start * block + k;
            for (let from = row + start; from < end; from++, at += block) out[at] = x[from]!;
          }
  },
};

/** Activations [b, c, h, w] as samples [b h w, c]. */
export const sampleMatrix: Packing = {
  name: 'samples',
  dims: ([batch, channels, height, width]) => [batch! * height! * width!, channels!],
  write: ({ x, shape, out }) => packedActivation.write({ x, shape, block: shape[1]!, out }),
};

/** Activations [b, c, h, w] as rows of channels, [b, 1, c, h w]. */
export const probeRows: Packing = {
  name: 'rows',
  dims: ([batch, channels, height, width]) => [batch!, 1, channels!, height! * width!],
  write: ({ x, out }) => out.set(x),
};

/** A convolution's weight [out, in, k, k] as [out / b, in / b, k, k, b in, b out]. */
export const packedWeight: Packing = {
  name: 'weight',
  dims: ([outputs, inputs, ...kernel], block) => [
    roundUpToBlock(outputs!, block),
    roundUpToBlock(inputs!, block),
    ...kernel,
  ],
  write: (tensor) => packWeight({ ...tensor, use: 'forward' }),
};

/**
 * The weight of the convolution that computes the vector-Jacobian product with respect to the input. It is
 * the weight transposed and rotated by 180 degrees (rot180): [in / b, out / b, k k, b out, b in].
 */
export const packedGradientWeight: Packing = {
  name: 'gradient weight',
  dims: ([outputs, inputs, kernel], block) => [
    roundUpToBlock(inputs!, block) / block,
    roundUpToBlock(outputs!, block) / block,
    kernel! ** 2,
    block,
    block,
  ],
  write: (tensor) => packWeight({ ...tensor, use: 'gradient' }),
};

function packWeight({
  x,
  shape,
  block,
  out,
  use,
}: Unpacked & { readonly use: 'forward' | 'gradient' }): void {
  const [outputs, inputs, kernel] = shape as [number, number, number];
  const area = kernel * kernel;
  const [rows, columns] = use === 'forward' ? [outputs, inputs] : [inputs, outputs];
  // The strides of the weight in its own order for a row, a column and a kernel position, and the offset of
  // the first element.
  const [byRow, byColumn, byPosition, first] =
    use === 'forward' ? [inputs * area, area, 1, 0] : [area, inputs * area, -1, area - 1];
  let to = 0;
  for (let o = 0; o < rows; o += block)
    for (let i = 0; i < columns; i += block)
      for (let k = 0; k < area; k++)
        for (let bi = 0; bi < block; bi++, to += block) {
          if (i + bi >= columns) continue;
          let from = o * byRow + (i + bi) * byColumn + first + k * byPosition;
          const here = Math.min(block, rows - o);
          for (let bo = 0; bo < here; bo++, from += byRow) out[to + bo] = x[from]!;
        }
}

/** A depthwise weight [c, 1, k, k] as [c / b, 1, k, k, b]. */
export const packedDepthwise: Packing = {
  name: 'depthwise',
  dims: ([channels, ...rest], block) => [roundUpToBlock(channels!, block), ...rest],
  write: ({ x, shape: [channels, , kernel], block, out }) =>
    packedActivation.write({ x, shape: [1, channels!, kernel!, kernel!], block, out }),
};

/**
 * A depthwise weight rotated by 180 degrees (rot180), for the vector-Jacobian product with respect to the
 * input.
 */
export const packedDepthwiseGradient: Packing = {
  ...packedDepthwise,
  name: 'depthwise gradient',
  write: ({ x, shape, block, out }) => {
    const area = shape[2]! ** 2;
    const rotated = x.map((_, i) => x[i - (i % area) + area - 1 - (i % area)]!);
    packedDepthwise.write({ x: rotated, shape, block, out });
  },
};
