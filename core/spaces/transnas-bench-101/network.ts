// Builds the networks of TransNAS-Bench-101 (Duan et al. 2021): a stem, modules of two cells, and the
// classifier of scenes.
import { type CandidateGraph, NetworkBuilder, type Tensor } from '../../graph/network-builder.js';

/** The published side of the images in pixels. */
export const RESOLUTION = 256;
const STEM = [32, 64] as const;
const CELLS = 2;
/** The number of classes of the task for which the published tables count parameters and FLOPs. */
const SCENES = 63;

/** A module by its digit: 1 keeps the shape, 2 doubles the channels, 3 halves the resolution, 4 does both. */
export type ModuleDigit = 1 | 2 | 3 | 4;

/** The change of shape that a cell makes. */
export interface Step {
  readonly channels: number;
  readonly stride: 1 | 2;
}

export type ApplyCell = (args: { b: NetworkBuilder; x: Tensor; step: Step }) => Tensor;

export function halves(digit: ModuleDigit): boolean {
  return digit > 2;
}

export function doubles(digit: ModuleDigit): boolean {
  return digit % 2 === 0;
}

/**
 * The first cell of a module changes the shape. Features are the outputs of the stem and of the cells; a
 * stage ends before the resolution changes.
 */
export function modulesGraph({
  modules,
  resolution,
  cell,
}: {
  readonly modules: readonly ModuleDigit[];
  readonly resolution: number;
  readonly cell: ApplyCell;
}): CandidateGraph {
  const b = new NetworkBuilder({ side: resolution });
  const first = b.normalize(b.conv(b.images, { to: STEM[0], kernel: 3, stride: 2 }));
  const stem = reluConvNorm(b, first, { to: STEM[1], kernel: 3, stride: 2 });
  let x = b.feature({ x: stem, before: b.images, end: 'stage' });
  modules.forEach((digit, i) => {
    const next = modules[i + 1];
    for (let place = 0; place < CELLS; place++) {
      const isFirst = place === 0;
      const step: Step = {
        channels: isFirst && doubles(digit) ? 2 * x.channels : x.channels,
        stride: isFirst && halves(digit) ? 2 : 1,
      };
      const isEnd = place === CELLS - 1 && (next === undefined || halves(next));
      x = b.feature({ x: cell({ b, x, step }), before: x, end: isEnd ? 'stage' : 'block' });
    }
  });
  return b.classify(x, SCENES);
}

/** Applies ReLU, a convolution and a normalization. */
export function reluConvNorm(
  b: NetworkBuilder,
  x: Tensor,
  settings: { readonly to: number; readonly kernel: number; readonly stride?: number },
): Tensor {
  return b.normalize(b.conv(b.relu(x), settings));
}
