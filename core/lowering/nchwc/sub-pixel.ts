// Decomposes the product of a strided convolution (a transposed convolution) into phases: a convolution without stride.
import { type Packing, packedWeight, roundUpToBlock } from './packing.js';

/**
 * Position s i + p of the input, p its phase, gets the sum of weight[k] dy[j] over all k = p + padding + s (i - j). So the
 * positions i - `before` to i + `after` of dy matter to phase p of i: a convolution without stride, of `width`, makes the s²
 * phases of a position as channels (a sub-pixel convolution), and depth-to-space puts them in their places.
 */
export function subPixel({ kernel, stride }: { kernel: number; stride: number }) {
  const padding = (kernel - 1) >> 1;
  const before = Math.floor((kernel - 1 - padding) / stride);
  const after = Math.floor((stride - 1 + padding) / stride);
  /** Position in the weight of that convolution's tap `t` for phase `p`; outside of the kernel there is none. */
  const tap = (p: number, t: number) => p + padding - stride * (t - before);
  return { before, after, width: before + 1 + after, tap };
}

/** That convolution's weight, packed, from the weight [out, in, k, k]: [s² in / b, out / b, width², b out, b in]. */
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
