// Decomposes the vector-Jacobian product of a strided convolution (a transposed convolution) into phases,
// which a convolution of stride 1 computes.
import { type Packing, packedWeight, roundUpToBlock } from './packing.js';

/**
 * Position s i + p of the input, with phase p, receives the sum of weight[k] dy[j] over all k = p + padding +
 * s (i - j). So phase p of i depends on the positions i - `before` to i + `after` of dy. A convolution of
 * stride 1 and kernel `width` computes the s² phases of each position as channels (a sub-pixel convolution),
 * and depth-to-space moves them to their positions.
 */
export function subPixel({ kernel, stride }: { readonly kernel: number; readonly stride: number }) {
  const padding = (kernel - 1) >> 1;
  const before = Math.floor((kernel - 1 - padding) / stride);
  const after = Math.floor((stride - 1 + padding) / stride);
  /**
   * The index into the original kernel of tap `t` of phase `p`. The tap is zero where the index lies outside
   * of the kernel.
   */
  const tap = (p: number, t: number) => p + padding - stride * (t - before);
  return { before, after, width: before + 1 + after, tap };
}

/**
 * The weight of that convolution, packed: from [out, in, k, k] to [s² in / b, out / b, width², b out, b in].
 */
export const subPixelWeight = (stride: number): Packing => ({
  name: `phases ${stride}`,
  dims: ([outputs, inputs, kernel], block) => [
    (stride ** 2 * roundUpToBlock(inputs!, block)) / block,
    roundUpToBlock(outputs!, block) / block,
    subPixel({ kernel: kernel!, stride }).width ** 2,
    block,
    block,
  ],
  write: ({ x, shape, block, out }) => {
    const [outputs, inputs, kernel] = shape as [number, number, number];
    const { width, tap } = subPixel({ kernel, stride });
    const rows = roundUpToBlock(inputs, block);
    const dims = [stride ** 2 * rows, outputs, width, width];
    const phased = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    const isTap = (k: number) => k >= 0 && k < kernel;
    for (let p = 0; p < stride ** 2; p++)
      for (let t = 0; t < width ** 2; t++) {
        const row = tap(Math.floor(p / stride), Math.floor(t / width));
        const column = tap(p % stride, t % width);
        if (!isTap(row) || !isTap(column)) continue;
        for (let i = 0; i < inputs; i++)
          for (let o = 0; o < outputs; o++)
            phased[((p * rows + i) * outputs + o) * width ** 2 + t] =
              x[((o * inputs + i) * kernel + row) * kernel + column]!;
      }
    packedWeight.write({ x: phased, shape: dims, block, out });
  },
});
