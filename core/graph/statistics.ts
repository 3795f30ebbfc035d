// Writes the statistics of features and blocks on the tape: covariances, and products of gradients with
// Rademacher probes.
import { pad, slice } from '../ops/tensor/movement.js';
import { range, sizeOf } from '../ops/tensor/shapes.js';
import type { Id, Tape } from '../ops/tensor/tape.js';
import { type Feature, isMap } from './features.js';

type Layout = Pick<Feature, 'shape' | 'channelAxis' | 'imageAxis'>;

/** The number of samples of a feature: images times positions. */
export function samplesOf({ shape, channelAxis }: Pick<Layout, 'shape' | 'channelAxis'>): number {
  return sizeOf(shape) / shape[channelAxis]!;
}

/** Reshapes a feature to a matrix [samples, channels], image after image. */
function sampleRows(t: Tape, id: Id, { channelAxis, imageAxis }: Layout): Id {
  const shape = t.shape(id);
  const positions = range(shape.length).filter((axis) => axis !== channelAxis && axis !== imageAxis);
  const last = t.transpose(id, [imageAxis, ...positions, channelAxis]);
  return t.reshape(last, [sizeOf(shape) / shape[channelAxis]!, shape[channelAxis]!]);
}

/** Reshapes [images, channels, ...positions] to [images, channels, positions]. */
function channelRows(t: Tape, id: Id): Id {
  const [images, channels, ...positions] = t.shape(id) as [number, number, ...number[]];
  return t.reshape(id, [images, channels, sizeOf(positions)]);
}

/**
 * Σ over images of a bᵀ, [m, n], for a [images, m, positions] and b [images, n, positions]. One product for
 * each image avoids moving the tensors; where these products would be larger than the tensors, the images are
 * first moved behind the channels.
 */
function sumOfProducts(t: Tape, a: Id, b: Id): Id {
  const [, m, positions] = t.shape(a) as [number, number, number];
  const n = t.shape(b)[1]!;
  if (m * n <= (m + n) * positions) {
    const products = t.add('MatMul', [a, t.transpose(b, [0, 2, 1])]);
    return t.reshape(t.reduce('ReduceSum', products, [0]), [m, n]);
  }
  return t.add('MatMul', [channelsBySamples(t, a), t.transpose(channelsBySamples(t, b), [1, 0])]);
}

/** Reshapes [images, channels, ...positions] to [channels, images x positions]. */
function channelsBySamples(t: Tape, id: Id): Id {
  const rows = channelRows(t, id);
  const [images, channels, positions] = t.shape(rows) as [number, number, number];
  return t.reshape(t.transpose(rows, [1, 0, 2]), [channels, images * positions]);
}

/**
 * Products of centred values: `covariance` [c, c], or `gram` [n, n] where there are fewer samples than
 * channels.
 */
export function featureStatistic(t: Tape, feature: Feature): { kind: 'covariance' | 'gram'; id: Id } {
  const { id, shape, channelAxis } = feature;
  const isCovariance = samplesOf(feature) >= shape[channelAxis]!;
  if (isCovariance && channelAxis === 1 && isMap(feature)) {
    const rows = channelRows(t, id);
    const centred = t.minus(rows, t.reduce('ReduceMean', rows, [0, 2]));
    return { kind: 'covariance', id: sumOfProducts(t, centred, centred) };
  }
  const rows = sampleRows(t, id, feature);
  const centred = t.minus(rows, t.reduce('ReduceMean', rows, [0]));
  const columns = t.transpose(centred, [1, 0]);
  return isCovariance
    ? { kind: 'covariance', id: t.add('MatMul', [columns, centred]) }
    : { kind: 'gram', id: t.add('MatMul', [centred, columns]) };
}

/**
 * The factor by which each position axis shrinks from one feature to the next, with which space-to-depth
 * brings the gradient to the output's positions. A factor that is not whole is rounded up, and the gradient
 * is padded with zeros at the far edge. Undefined where positions do not correspond: a map with several sides became
 * tokens, the number of tokens changed, or a map grew.
 */
export function shrinkage(from: Feature, to: Feature): readonly number[] | undefined {
  const [a, b] = [from.positions, to.positions];
  if (a.length !== b.length) return undefined;
  if (!isMap(from) || !isMap(to)) return a[0] === b[0] ? [1] : undefined;
  const factors = a.map((n, axis) => Math.ceil(n / b[axis]!));
  return a.every((n, axis) => n >= b[axis]!) ? factors : undefined;
}

/** Whether the positions of any feature correspond to those of the one before it, so that a Jacobian can be measured. */
export function hasJacobian(features: readonly Feature[]): boolean {
  return features.some((feature, i) => i > 0 && shrinkage(features[i - 1]!, feature) !== undefined);
}

/**
 * The factors of `jac` (docs/understand/method.md): the gradient of one feature, and the Rademacher probe at
 * the next.
 */
export interface Jacobian {
  readonly t: Tape;
  readonly g: Id;
  readonly v: Id;
  readonly from: Feature;
  readonly to: Feature;
  /** See `shrinkage`. */
  readonly factors: readonly number[];
}

/**
 * The matrices from which the largest singular value of `jac` is computed. `jac` is [channels in x factors,
 * channels out], the gradients times the probe summed over samples (docs/understand/method.md). `matrix`: jac
 * itself. For a large jac, whichever is smaller of: `gram`, the product of jac / scale with its transpose
 * over the smaller side; and `pair`, A Aᵀ and B Bᵀ with jac = scale Aᵀ B, for fewer samples than channels.
 * The product of this pair has the same non-zero eigenvalues as jacᵀ jac / scale².
 */
export type JacobianForm =
  | { readonly kind: 'matrix'; readonly matrix: Id }
  | { readonly kind: 'gram'; readonly scale: Id; readonly matrix: Id }
  | { readonly kind: 'pair'; readonly scale: Id; readonly matrix: Id; readonly other: Id };

/**
 * Up to this size of the smaller side, `largestSingularValue` receives jac itself, because it computes in
 * float64 there.
 */
const LARGEST_MATRIX = 64;

export function jacobianForm(jacobian: Jacobian): JacobianForm {
  const { t, g, v, from, to } = jacobian;
  const isChannelFirst = isMap(from) && from.channelAxis === 1 && to.channelAxis === 1;
  const samples = samplesOf(to);
  const inputs = (samplesOf(from) / samples) * from.shape[from.channelAxis]!;
  const smaller = Math.min(inputs, to.shape[to.channelAxis]!);
  if (samples < smaller && samples > LARGEST_MATRIX) {
    // The rows are [channels, samples], or [samples, channels] where channels are the last axis.
    const [a, b] = isChannelFirst
      ? [channelsBySamples(t, spaceToDepth(jacobian)), channelsBySamples(t, v)]
      : [rowsOf(jacobian), sampleRows(t, v, to)];
    const axis = isChannelFirst ? 1 : 0;
    const { scale, scaled } = divideByLargest(t, a);
    return {
      kind: 'pair',
      scale,
      matrix: gram(t, scaled, axis),
      other: gram(t, b, axis),
    };
  }
  const matrix = isChannelFirst
    ? sumOfProducts(t, channelRows(t, spaceToDepth(jacobian)), channelRows(t, v))
    : t.add('MatMul', [t.transpose(rowsOf(jacobian), [1, 0]), sampleRows(t, v, to)]);
  const [height, width] = t.shape(matrix) as [number, number];
  if (Math.min(height, width) <= LARGEST_MATRIX) return { kind: 'matrix', matrix };
  const { scale, scaled } = divideByLargest(t, matrix);
  return { kind: 'gram', scale, matrix: gram(t, scaled, height <= width ? 0 : 1) };

  function rowsOf(of: Jacobian): Id {
    return isMap(from) ? gradientRows(of) : sampleRows(t, g, from);
  }
}

/** M Mᵀ (axis 0) or Mᵀ M (axis 1). */
function gram(t: Tape, matrix: Id, axis: 0 | 1): Id {
  const turned = t.transpose(matrix, [1, 0]);
  return t.add('MatMul', axis === 0 ? [matrix, turned] : [turned, matrix]);
}

/**
 * The matrix divided by its largest entry, so that squares neither overflow nor underflow; the divisor is at
 * least 1e-30.
 */
function divideByLargest(t: Tape, matrix: Id): { readonly scale: Id; readonly scaled: Id } {
  const largest = t.reduce('ReduceMax', t.add('Abs', [matrix]), [0, 1]);
  const scale = t.add('Max', [largest, t.scalar(1e-30)]);
  return { scale, scaled: t.over(matrix, scale) };
}

/** Pads the far edge of each position axis with zeros, up to a whole multiple of the output's positions. */
function padFarEdges({ t, from, to, factors }: Jacobian, g: Id, firstPosition: number): Id {
  return from.positions.reduce((rest, n, i) => {
    const missing = to.positions[i]! * factors[i]! - n;
    return pad(t, rest, { axis: firstPosition + i, before: 0, after: missing });
  }, g);
}

/** Reshapes [b, c, h x s, w x s] to [b, c s s, h, w]. */
function spaceToDepth(jacobian: Jacobian): Id {
  const { t, from, to, factors } = jacobian;
  if (factors.every((factor) => factor === 1)) return jacobian.g;
  const [batch, channels] = from.shape as [number, number];
  const { positions } = to;
  const n = positions.length;
  const phases = columnsByPhase(t, padFarEdges(jacobian, jacobian.g, 2), factors.at(-1)!);
  const front = positions.slice(0, -1).flatMap((size, i) => [size, factors[i]!]);
  const apart = t.reshape(phases, [batch, channels, ...front, factors.at(-1)!, positions.at(-1)!]);
  const sizes = range(n).map((i) => 2 + 2 * i);
  const offsets = [...sizes.slice(0, -1).map((axis) => axis + 1), 2 * n];
  const deep = t.transpose(apart, [0, 1, ...offsets, ...sizes.slice(0, -1), 2 * n + 1]);
  return t.reshape(deep, [batch, channels * sizeOf(factors), ...positions]);
}

/** Wider rows are sliced: the time of a product with a permutation matrix grows with their width. */
const WIDEST_PERMUTATION = 64;

/**
 * Orders the last axis by the elements' offset within a group of `factor`: a0 b0 a1 b1 ... becomes a0 a1 ...
 * b0 b1 .... ONNX Runtime transposes single elements slowly (3 to 4 ns each) and runs of elements quickly;
 * after a product with a permutation matrix, or with one slice for each offset, only runs need transposing.
 */
function columnsByPhase(t: Tape, id: Id, factor: number): Id {
  const shape = t.shape(id);
  const width = shape.at(-1)!;
  const count = width / factor;
  if (factor === 1) return id;
  if (width > WIDEST_PERMUTATION) {
    const axis = shape.length - 1;
    const phase = (start: number) => slice(t, id, { axis, start, end: width, step: factor });
    return t.add('Concat', range(factor).map(phase), { axis });
  }
  const permutation = new Float64Array(width * width);
  for (let i = 0; i < width; i++) permutation[i * width + (i % factor) * count + Math.floor(i / factor)] = 1;
  return t.add('MatMul', [id, t.constant(permutation, [width, width])]);
}

/** The gradient of a map, arranged by the output's samples: [samples, factors x channels]. */
function gradientRows(jacobian: Jacobian): Id {
  const { t, g, from, to, factors } = jacobian;
  const channels = from.shape[from.channelAxis]!;
  const others = range(from.shape.length).filter((axis) => axis !== from.channelAxis);
  const last = t.transpose(g, [...others, from.channelAxis]);
  const batch = from.shape[0]!;
  const { positions } = to;
  const whole = padFarEdges(jacobian, last, 1);
  const apart = t.reshape(whole, [batch, ...positions.flatMap((n, i) => [n, factors[i]!]), channels]);
  const n = positions.length;
  const order = [0, ...range(n).map((i) => 1 + 2 * i), ...range(n).map((i) => 2 + 2 * i), 1 + 2 * n];
  const deep = t.transpose(apart, order);
  return t.reshape(deep, [batch * sizeOf(positions), sizeOf(factors) * channels]);
}
