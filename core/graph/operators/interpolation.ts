// Computes matrices that interpolate between the elements of an axis. Row i holds the weights of the input elements
// in element i of the result.

/** The size of the input, and the coordinate in it of each element of the result. */
interface Rows {
  readonly from: number;
  readonly position: readonly number[];
}
/** The weight of an element at this distance. */
type Kernel = (distance: number) => number;

export const tent: Kernel = (x) => Math.max(0, 1 - Math.abs(x));

/** Keys' cubic convolution with the coefficient `a`. */
export const cubicKernel =
  (a: number): Kernel =>
  (distance) => {
    const x = Math.abs(distance);
    if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
    return x < 2 ? a * (x ** 3 - 5 * x ** 2 + 8 * x - 4) : 0;
  };

export function nearest({
  from,
  position,
  round,
}: Rows & { readonly round: (x: number) => number }): Float64Array {
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    matrix[i * from + Math.min(Math.max(round(x), 0), from - 1)] = 1;
  });
  return matrix;
}

export function linear({ from, position }: Rows): Float64Array {
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    const inside = Math.min(Math.max(x, 0), from - 1);
    const low = Math.floor(inside);
    const part = inside - low;
    matrix[i * from + low]! += 1 - part;
    if (part > 0) matrix[i * from + low + 1]! += part;
  });
  return matrix;
}

/** Each element has four neighbours; neighbours beyond an edge take the value at the edge. */
export function cubic({ from, position, kernel }: Rows & { readonly kernel: Kernel }): Float64Array {
  const matrix = new Float64Array(position.length * from);
  position.forEach((x, i) => {
    const low = Math.floor(x);
    for (const at of [low - 1, low, low + 1, low + 2])
      matrix[i * from + Math.min(Math.max(at, 0), from - 1)]! += kernel(x - at);
  });
  return matrix;
}

/**
 * Interpolation without aliasing: where the axis shrinks, the kernel is stretched by the same factor, and its
 * weights are divided by their sum. Neighbours beyond an edge take the value at the edge, or have no weight.
 */
export function smoothed({
  from,
  position,
  kernel,
  stretch,
  beyond,
}: Rows & {
  readonly kernel: Kernel;
  readonly stretch: number;
  readonly beyond: 'edge' | 'none';
}): Float64Array {
  const matrix = new Float64Array(position.length * from);
  const reach = Math.ceil(2 * stretch);
  position.forEach((x, i) => {
    const first = Math.floor(x) - reach;
    const isInside = (at: number) => at >= 0 && at < from;
    const weights = Array.from({ length: 2 * reach + 2 }, (_, k) =>
      beyond === 'edge' || isInside(first + k) ? kernel((first + k - x) / stretch) : 0,
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, k) => {
      matrix[i * from + Math.min(Math.max(first + k, 0), from - 1)]! += weight / sum;
    });
  });
  return matrix;
}
