// What is measured of features and blocks, written on the tape: covariances, and products of gradients with signs.
import { range, sizeOf } from '../ops/tensor/shapes.js';
import type { Id, Tape } from '../ops/tensor/tape.js';
import { type Feature, isMap } from './features.js';

type Layout = Pick<Feature, 'shape' | 'channelAxis'>;

/** Samples of a feature: images times positions. */
export function samplesOf({ shape, channelAxis }: Layout): number {
  return sizeOf(shape) / shape[channelAxis]!;
}

/** A feature as a matrix [samples, channels]. */
function sampleRows(t: Tape, id: Id, { channelAxis }: Layout): Id {
  const shape = t.shape(id);
  const others = range(shape.length).filter((axis) => axis !== channelAxis);
  const last = t.transpose(id, [...others, channelAxis]);
  return t.reshape(last, [sizeOf(shape) / shape[channelAxis]!, shape[channelAxis]!]);
}

/** `covariance` [c, c] or, where samples are fewer than channels, `gram` [n, n]: products of centred values. */
export function featureStatistic(t: Tape, feature: Feature): { kind: 'covariance' | 'gram'; id: Id } {
  const rows = sampleRows(t, feature.id, feature);
  const centred = t.minus(rows, t.reduce('ReduceMean', rows, [0]));
  const columns = t.transpose(centred, [1, 0]);
  const [samples, channels] = t.shape(rows) as [number, number];
  return samples < channels
    ? { kind: 'gram', id: t.add('MatMul', [centred, columns]) }
    : { kind: 'covariance', id: t.add('MatMul', [columns, centred]) };
}

/**
 * By how much each position axis shrinks from one feature to the next, so that space-to-depth brings the gradient to the
 * output's positions; where that is no whole factor, the next larger one, for which the gradient is padded with zeros at the
 * far edge. Undefined where positions do not correspond: a map that became tokens, tokens that became more, a map that grew.
 */
export function shrinkage(from: Feature, to: Feature): readonly number[] | undefined {
  const [a, b] = [from.positions, to.positions];
  if (a.length !== b.length || isMap(from) !== isMap(to)) return undefined;
  if (!isMap(from)) return a[0] === b[0] ? [1] : undefined;
  const factors = a.map((n, axis) => Math.ceil(n / b[axis]!));
  return a.every((n, axis) => n >= b[axis]!) ? factors : undefined;
}

/** The gradient of a feature, as rows of the output's samples: [samples, channels x factors]. */
export function gradientRows({
  t,
  g,
  from,
  to,
  factors,
}: {
  t: Tape;
  g: Id;
  from: Feature;
  to: Feature;
  factors: readonly number[];
}): Id {
  if (!isMap(from)) return sampleRows(t, g, from);
  const channels = from.shape[from.channelAxis]!;
  const others = range(from.shape.length).filter((axis) => axis !== from.channelAxis);
  const last = t.transpose(g, [...others, from.channelAxis]);
  const batch = from.shape[0]!;
  const positions = to.positions;
  const padded = from.positions.reduce((rest, n, i) => {
    const missing = positions[i]! * factors[i]! - n;
    if (missing === 0) return rest;
    const rank = from.shape.length;
    return t.add('Pad', [rest], { pads: range(2 * rank).map((at) => (at === rank + i + 1 ? missing : 0)) });
  }, last);
  const apart = t.reshape(padded, [batch, ...positions.flatMap((n, i) => [n, factors[i]!]), channels]);
  const n = positions.length;
  const order = [0, ...range(n).map((i) => 1 + 2 * i), ...range(n).map((i) => 2 + 2 * i), 1 + 2 * n];
  const deep = t.transpose(apart, order);
  return t.reshape(deep, [batch * sizeOf(positions), sizeOf(factors) * channels]);
}

/** `jac` of method.md: gradients times signs, summed over samples: [channels in x factors, channels out]. */
export function jacobianProduct({ t, rows, v, to }: { t: Tape; rows: Id; v: Id; to: Feature }): Id {
  return t.add('MatMul', [t.transpose(rows, [1, 0]), sampleRows(t, v, to)]);
}
