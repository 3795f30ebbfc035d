// Tracks the axes of a product whose left operand does not depend on the images: learned queries, or a matrix.
import { type Axis, createAxis, type Factor } from './axis-factors.js';

interface QueryMeaningArguments {
  readonly rows: readonly number[];
  /** Of the keys [images, heads, channels, positions], or of a stream. */
  readonly axes: readonly Axis[] | undefined;
  readonly shape: readonly number[];
}

/**
 * The meaning of learned queries times keys: each query is a position of the result. A single matrix has no heads:
 * each of its rows sums the channels, or the positions, that it multiplies.
 */
export function queryMeaning({ rows, axes, shape }: QueryMeaningArguments): readonly Axis[] | undefined {
  if (axes?.length !== shape.length) return undefined;
  const summed = axes.at(-2)!;
  const kind = rows.length < 3 ? kindOfAll(summed) : 'positions';
  if (kind === undefined || kind === 'images') return undefined;
  const isSquare = rows.length < 3 && rows[0] === rows[1];
  return [...axes.slice(0, -2), isSquare ? summed : createAxis(kind, shape.at(-2)!), axes.at(-1)!];
}

/** The kind of an axis of which no factor is of another kind, or only a part; undefined otherwise. */
function kindOfAll(axis: Axis): Factor['kind'] | undefined {
  const kind = axis[0]?.kind;
  return axis.every((factor) => factor.kind === kind && factor.size === factor.whole) ? kind : undefined;
}
