// Lists the choices of each AutoFormer space (Chen et al. 2021), and the size of its supernet.

/** The choices of one space: depth and width of the network, heads and MLP ratio of each layer. */
export interface Choices {
  readonly depths: readonly number[];
  readonly widths: readonly number[];
  readonly heads: readonly number[];
  readonly ratios: readonly number[];
  /** The size of the supernet, which may exceed every architecture of the space. */
  readonly largest: { readonly width: number; readonly heads: number; readonly ratio: number };
}

export type Size = 'tiny' | 'small' | 'base';

export const CHOICES: Readonly<Record<Size, Choices>> = {
  tiny: {
    depths: [12, 13, 14],
    widths: [192, 216, 240],
    heads: [3, 4],
    ratios: [3.5, 4],
    largest: { width: 256, heads: 4, ratio: 4 },
  },
  small: {
    depths: [12, 13, 14],
    widths: [320, 384, 448],
    heads: [5, 6, 7],
    ratios: [3, 3.5, 4],
    largest: { width: 448, heads: 7, ratio: 4 },
  },
  base: {
    depths: [14, 15, 16],
    widths: [528, 576, 624],
    heads: [9, 10],
    ratios: [3, 3.5, 4],
    largest: { width: 640, heads: 10, ratio: 4 },
  },
};

/** The side in pixels of the square patches. */
export const PATCH = 16;
/** The exact number of architectures in a space. */
export function countArchitectures({ depths, widths, heads, ratios }: Choices): bigint {
  const layer = BigInt(heads.length * ratios.length);
  return BigInt(widths.length) * depths.reduce((sum, depth) => sum + layer ** BigInt(depth), 0n);
}
