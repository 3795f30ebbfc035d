// Splits the axes of tensors into factors, so that windows and patches are known as parts of an axis.

/**
 * An axis is a product of factors, the slowest first. A reshape that splits an axis into windows splits its
 * factor in two, and the reverse reshape joins them. So a tensor whose windows are part of the axis of images
 * is not mistaken for a map.
 */
export interface Factor {
  readonly kind: 'images' | 'channels' | 'positions';
  /** The axis from which the factor was split. */
  readonly source: number;
  /** The distance between neighbours of this factor, in elements of the source, and the number of them. */
  readonly stride: number;
  readonly size: number;
  readonly whole: number;
}
export type Axis = readonly Factor[];

let sources = 0;

export function createAxis(kind: Factor['kind'], size: number): Axis {
  return size === 1 ? [] : [{ kind, source: sources++, stride: 1, size, whole: size }];
}

/** Distributes the factors over axes of these sizes, splitting a factor that is too large. */
export function reshapeAxes(
  factors: readonly Factor[],
  shape: readonly number[],
): readonly Axis[] | undefined {
  const open = [...factors];
  const axes: Factor[][] = [];
  for (const size of shape) {
    const axis: Factor[] = [];
    let left = size;
    while (left > 1) {
      const factor = open.shift();
      if (!factor) return undefined;
      if (left % factor.size === 0) {
        axis.push(factor);
        left /= factor.size;
      } else if (factor.size % left === 0) {
        const inner = factor.size / left;
        axis.push({ ...factor, size: left, stride: factor.stride * inner });
        open.unshift({ ...factor, size: inner });
        left = 1;
      } else return undefined;
    }
    axes.push(axis);
  }
  return axes.map(joinFactors);
}

/** Joins neighbouring factors that were split from one factor. */
function joinFactors(axis: readonly Factor[]): Axis {
  const out: Factor[] = [];
  for (const factor of axis) {
    const last = out.at(-1);
    if (last && last.source === factor.source && last.stride === factor.stride * factor.size)
      out[out.length - 1] = { ...factor, size: last.size * factor.size };
    else out.push(factor);
  }
  return out;
}

/** The axes that are left after a sum over factors, some of which may be parts of the same axes. */
export function withoutSummed(axes: readonly Axis[], summed: Axis): readonly Axis[] {
  return [...summed]
    .filter(({ kind }) => kind === 'positions')
    .sort((a, b) => b.stride - a.stride)
    .reduce((rest, gone) => {
      const shrink = (factor: Factor): Factor => {
        if (factor.source !== gone.source) return factor;
        const stride = factor.stride > gone.stride ? factor.stride / gone.size : factor.stride;
        return { ...factor, stride, whole: factor.whole / gone.size };
      };
      return rest.map((axis) => axis.map(shrink));
    }, axes);
}

/** The product of the factors before the images; undefined where not all images follow one another. */
export function sizeBeforeImages(axis: Axis, batch: number): number | undefined {
  const product = (factors: Axis) => factors.reduce((n, { size }) => n * size, 1);
  const first = axis.findIndex(({ kind }) => kind === 'images');
  if (first < 0) return batch === 1 && axis.length === 0 ? 1 : undefined;
  const end = axis.findIndex(({ kind }, i) => i > first && kind !== 'images');
  const images = axis.slice(first, end < 0 ? undefined : end);
  // Batches that are concatenated follow one another, as those of the towers of a siamese network.
  const batches = product(images) / batch;
  const areWhole = images.length === 1 && images[0]!.size === images[0]!.whole && Number.isInteger(batches);
  return batches === 1 || areWhole ? batches * product(axis.slice(0, first)) : undefined;
}
