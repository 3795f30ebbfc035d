// Follows what each axis of every tensor means: images, channels, or positions of a map.
import type { Id, Tape, Value } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';

/**
 * An axis is a product of factors, the slowest first. A reshape that cuts an axis into windows makes factors of one, and the
 * reshape back joins them again; so a tensor whose windows lie in the axis of the images is told from a map.
 */
interface Factor {
  readonly kind: 'images' | 'channels' | 'positions';
  /** Of what the factor was cut from. */
  readonly source: number;
  /** Elements of the source that lie between two neighbours of this factor, and how many there are of it. */
  readonly stride: number;
  readonly size: number;
  readonly whole: number;
}
type Axis = readonly Factor[];

let sources = 0;

function fresh(kind: Factor['kind'], size: number): Axis {
  return size === 1 ? [] : [{ kind, source: sources++, stride: 1, size, whole: size }];
}

/** The axis of the channels of each value that is a map or tokens: images first, every position whole. Undefined of all others. */
export function channelAxes({ tape, input, isStream }: ResolvedGraph): readonly (number | undefined)[] {
  const meanings: (readonly Axis[] | undefined)[] = [];
  for (const value of tape.values) {
    if (value.id === input) meanings.push(value.shape.map((n, axis) => fresh(kindOf(axis), n)));
    else meanings.push(isStream[value.id] ? meaningOf(tape, value, meanings) : undefined);
  }
  const rank = tape.shape(input).length;
  return meanings.map((axes, id) =>
    tape.shape(id).length > rank ? undefined : channelAxis(axes, tape.shape(id)),
  );
}

const kindOf = (axis: number): Factor['kind'] =>
  axis === 0 ? 'images' : axis === 1 ? 'channels' : 'positions';

function channelAxis(axes: readonly Axis[] | undefined, shape: readonly number[]): number | undefined {
  if (!axes) return undefined;
  const [images, ...others] = axes as [Axis, ...Axis[]];
  if (shape.length === 2) return isTokenMatrix(images, others[0]!) ? 1 : undefined;
  if (images.some(({ kind }) => kind !== 'images')) return undefined;
  const isPure = others.every((axis) =>
    axis.every(({ kind, size, whole }) => kind === axis[0]!.kind && (kind !== 'positions' || size === whole)),
  );
  const channels = others.flatMap((axis, i) => (axis[0]?.kind === 'channels' ? [i + 1] : []));
  const rest = others.filter((axis) => axis[0] && axis[0].kind !== 'channels');
  if (!isPure || rest.some((axis) => axis[0]!.kind === 'images')) return undefined;
  // Of a map each side is an axis of its own; in tokens both may be one axis.
  if (shape.length > 3 && rest.some((axis) => axis.length > 1)) return undefined;
  // One channel alone, in a map of the usual order, has no factor.
  if (channels.length === 0 && shape[1] === 1) return 1;
  return channels.length === 1 ? channels[0] : undefined;
}

/** The tokens of all images one after the other: [images x tokens, channels]. */
function isTokenMatrix(rows: Axis, columns: Axis): boolean {
  const [first, ...tokens] = rows;
  return (
    first?.kind === 'images' &&
    tokens.length > 0 &&
    tokens.every(({ kind, size, whole }) => kind === 'positions' && size === whole) &&
    columns.every(({ kind }) => kind === 'channels')
  );
}

function meaningOf(
  tape: Tape,
  value: Value,
  known: readonly (readonly Axis[] | undefined)[],
): readonly Axis[] | undefined {
  const { op, inputs, shape, attributes } = value;
  const from = inputs.find(
    (input) => known[input] && (SHAPED.has(op!) || String(tape.shape(input)) === String(shape)),
  );
  const axes = from === undefined ? undefined : known[from];
  switch (op) {
    case 'Conv':
    case 'ConvTranspose':
    case 'MaxPool':
    case 'AveragePool':
      return axes && [axes[0]!, ...shape.slice(1).map((n, i) => fresh(kindOf(i + 1), n))];
    case 'MatMul':
      return productMeaning(tape, value, known);
    case 'Transpose':
      return axes && (attributes.perm as readonly number[]).map((axis) => axes[axis]!);
    case 'Reshape':
      return axes && reshaped(axes.flat(), shape);
    case 'Gather':
      return undefined;
    default:
      if (axes && from !== undefined) return resized(axes, tape.shape(from), shape);
      return broadcasted(tape, value, known);
  }
}

/** Operations whose result has another shape than their inputs. */
const SHAPED = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'MatMul',
  'Transpose',
  'Reshape',
  'Slice',
  'Pad',
  'Concat',
  'Expand',
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
]);

/** The columns are new channels; all else is as in the operand that depends on the images. */
function productMeaning(
  tape: Tape,
  { inputs, shape }: Value,
  known: readonly (readonly Axis[] | undefined)[],
) {
  const [a] = inputs as [Id, Id];
  const axes = known[a];
  if (!axes || axes.length !== shape.length) return undefined;
  return [
    ...resized(axes.slice(0, -1), tape.shape(a).slice(0, -1), shape.slice(0, -1)),
    fresh('channels', shape.at(-1)!),
  ];
}

/** An axis of another size has new elements of the same kind; one of size 1, which has none, becomes positions if channels are elsewhere. */
function resized(axes: readonly Axis[], from: readonly number[], to: readonly number[]): readonly Axis[] {
  const hasChannels = axes.some((axis) => axis[0]?.kind === 'channels');
  const kind = (i: number) => (i > 0 && hasChannels ? 'positions' : kindOf(i));
  return axes.map((axis, i) => (from[i] === to[i] ? axis : fresh(axis[0]?.kind ?? kind(i), to[i]!)));
}

/** An elementwise operation on operands that are both smaller than the result, such as a pooled map times a row. */
function broadcasted(tape: Tape, { inputs, shape }: Value, known: readonly (readonly Axis[] | undefined)[]) {
  const from = inputs.find((input) => known[input]?.length === shape.length);
  return from === undefined ? undefined : resized(known[from]!, tape.shape(from), shape);
}

/** Deals the factors out to axes of these sizes; cuts one in two where it is too large. */
function reshaped(factors: readonly Factor[], shape: readonly number[]): readonly Axis[] | undefined {
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
  return axes.map(joined);
}

/** Neighbours that were cut from one factor become that factor again. */
function joined(axis: readonly Factor[]): Axis {
  const out: Factor[] = [];
  for (const factor of axis) {
    const last = out.at(-1);
    if (last && last.source === factor.source && last.stride === factor.stride * factor.size)
      out[out.length - 1] = { ...factor, size: last.size * factor.size };
    else out.push(factor);
  }
  return out;
}
