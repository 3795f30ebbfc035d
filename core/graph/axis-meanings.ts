// Tracks the meaning of each axis of every tensor: images, channels, or positions of a map.
import type { Id, Tape, Value } from '../ops/tensor/tape.js';
import {
  type Axis,
  createAxis,
  type Factor,
  reshapeAxes,
  sizeBeforeImages,
  withoutSummed,
} from './axis-factors.js';
import { queryMeaning } from './query-axes.js';
import type { ResolvedGraph } from './resolve.js';

/** The number of axes of a map with two sides. */
const MAP = 4;

/** The axes of a value that is a map or tokens. */
export interface Layout {
  readonly channelAxis: number;
  /** Tokens may have their positions before the images. */
  readonly imageAxis: 0 | 1;
}

/**
 * The layout of each value that is a map or tokens, that is, has images first (tokens: or second) and every
 * position whole; undefined for all other values.
 */
export function findLayouts(graph: Streams): readonly (Layout | undefined)[] {
  const { tape, input, parts = [] } = graph;
  const rank = Math.max(...[input, ...parts].map((id) => tape.shape(id).length), MAP);
  return meaningsOf(graph).map((axes, id) => {
    const shape = tape.shape(id);
    if (!axes || shape.length === 0 || shape.length > rank) return undefined;
    const axis = channelAxis(axes, shape);
    if (axis !== undefined) return { channelAxis: axis, imageAxis: 0 };
    return isSequenceFirst(axes, shape) ? { channelAxis: 2, imageAxis: 1 } : undefined;
  });
}

/** Where the images of a value are: elements [before, images, after] of an axis. */
export interface ImagePlace {
  readonly axis: number;
  /** The number of `before`: 1, unless positions come before the images. */
  readonly before: number;
}

/** Axes of a value; undefined where there is none of the kind, or where axes could not be followed. */
export interface NamedAxes {
  readonly images?: ImagePlace;
  /** The only axis that consists of channels. */
  readonly channels?: number;
}

/** The axes of images and of channels of each value. */
export function findNamedAxes(graph: Streams): readonly NamedAxes[] {
  const [batch] = graph.tape.shape(graph.input) as [number];
  const isOfChannels = (axis: Axis) => axis.length > 0 && axis.every(({ kind }) => kind === 'channels');
  return meaningsOf(graph).map((axes = []) => {
    const [images] = axes.flatMap((factors, axis) => {
      const before = sizeBeforeImages(factors, batch);
      return before === undefined ? [] : [{ axis, before }];
    });
    const [channels, ...others] = axes.flatMap((axis, i) => (isOfChannels(axis) ? [i] : []));
    return {
      ...(images ? { images } : {}),
      ...(channels !== undefined && others.length === 0 ? { channels } : {}),
    };
  });
}

/** Whether images lie along an axis of a value; undefined where its axes could not be followed. */
export function findImageAxes(graph: Streams): (id: Id, axis: number) => boolean | undefined {
  const meanings = meaningsOf(graph);
  return (id, axis) => meanings[id]?.[axis]?.some(({ kind }) => kind === 'images');
}

type Streams = Pick<ResolvedGraph, 'tape' | 'input' | 'isStream' | 'isOfTokens' | 'parts' | 'embedded'>;

function meaningsOf(streams: Streams): readonly (readonly Axis[] | undefined)[] {
  const { tape, input, isStream, isOfTokens, parts, embedded = isOfTokens ? [input] : [] } = streams;
  const meanings: (readonly Axis[] | undefined)[] = [];
  for (const value of tape.values) {
    const isInput = value.id === input || parts?.includes(value.id);
    if (embedded.includes(value.id)) meanings.push(meaningOfTokens(value.shape));
    else if (isInput) meanings.push(meaningOfInput(value.shape));
    else meanings.push(isStream[value.id] ? meaningOf(streams, value, meanings) : undefined);
  }
  return meanings;
}

/**
 * Images and volumes have channels first. Signals may have them first or last, and samples alone have none, so that
 * these axes are positions until a convolution or a matrix product computes channels.
 */
function meaningOfInput(shape: readonly number[]): readonly Axis[] {
  const kind = (axis: number) => (shape.length > 3 || axis === 0 ? kindOf(axis) : 'positions');
  return shape.map((n, axis) => createAxis(kind(axis), n));
}

/** Embeddings are [images, ...tokens, channels]. */
function meaningOfTokens(shape: readonly number[]): readonly Axis[] {
  const last = shape.length - 1;
  const kind = (axis: number) => (axis === 0 ? 'images' : axis === last ? 'channels' : 'positions');
  return shape.map((n, axis) => createAxis(kind(axis), n));
}

/** Whether these are tokens [positions, images, channels], the default of PyTorch's attention. */
function isSequenceFirst(axes: readonly Axis[], shape: readonly number[]): boolean {
  if (shape.length !== 3) return false;
  const [positions, images, channels] = axes as [Axis, Axis, Axis];
  const consistsOf = (axis: Axis, kind: Factor['kind']) =>
    axis.length > 0 && axis.every((factor) => factor.kind === kind);
  return (
    consistsOf(positions, 'positions') &&
    positions.every(({ size, whole }) => size === whole) &&
    consistsOf(images, 'images') &&
    consistsOf(channels, 'channels')
  );
}

const kindOf = (axis: number): Factor['kind'] =>
  axis === 0 ? 'images' : axis === 1 ? 'channels' : 'positions';

function channelAxis(axes: readonly Axis[], shape: readonly number[]): number | undefined {
  const [images, ...others] = axes as [Axis, ...Axis[]];
  if (shape.length === 2) return isTokenMatrix(images, others[0]!) ? 1 : undefined;
  if (images.some(({ kind }) => kind !== 'images')) return undefined;
  const isPure = others.every((axis) =>
    axis.every(({ kind, size, whole }) => kind === axis[0]!.kind && (kind !== 'positions' || size === whole)),
  );
  const channels = others.flatMap((axis, i) => (axis[0]?.kind === 'channels' ? [i + 1] : []));
  const rest = others.filter((axis) => axis[0] && axis[0].kind !== 'channels');
  if (!isPure || rest.some((axis) => axis[0]!.kind === 'images')) return undefined;
  // The sides of a map are separate axes; the positions of tokens may share one axis.
  if (shape.length > 3 && rest.some((axis) => axis.length > 1)) return undefined;
  // A single channel, in a map of the usual order, has no factor.
  if (channels.length === 0 && shape[1] === 1) return 1;
  return channels.length === 1 ? channels[0] : undefined;
}

/** Whether the tokens of all images follow one another: [images x tokens, channels]. */
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
  streams: Streams,
  value: Value,
  known: readonly (readonly Axis[] | undefined)[],
): readonly Axis[] | undefined {
  const { tape } = streams;
  const { op, inputs, shape, attributes } = value;
  const sources = inputs.filter(
    (input) => known[input] && (SHAPED.has(op!) || String(tape.shape(input)) === String(shape)),
  );
  // The result of mixing positions has them as channels too, until it is added to the stream.
  const hasOneChannelAxis = (input: Id) =>
    known[input]!.filter((axis) => axis[0]?.kind === 'channels').length === 1;
  const from = (op === 'Add' ? sources.find(hasOneChannelAxis) : undefined) ?? sources[0];
  const axes = from === undefined ? undefined : known[from];
  switch (op) {
    case 'Conv':
    case 'ConvTranspose':
    case 'MaxPool':
    case 'AveragePool':
    case 'Interpolate':
      // What it reads may have been unfolded, so that its axes could not be followed.
      if (!axes && shape[0] !== tape.shape(streams.input)[0]) return undefined;
      return shape.map((n, i) => (i === 0 && axes?.[0]) || createAxis(kindOf(i), n));
    case 'MatMul':
      return productMeaning(streams, value, known);
    case 'Transpose':
      return axes && (attributes.perm as readonly number[]).map((axis) => axes[axis]!);
    case 'Reshape':
      return axes && reshapeAxes(axes.flat(), shape);
    case 'Gather':
      return gatherMeaning(tape, value, known);
    default:
      // Expand may add axes, whose meaning is not known.
      if (axes && axes.length !== shape.length) return undefined;
      if (axes && from !== undefined) return resizeAxes(axes, tape.shape(from), shape);
      return broadcastAxes(tape, value, known);
  }
}

/** Operations whose result differs in shape from their inputs. */
const SHAPED = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'Interpolate',
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
  'TopK',
  'TopKIndices',
  'GatherElements',
  'ScatterElements',
]);

/**
 * The columns of a product are new channels; the other axes are as in the operand that depends on the images. Where
 * neighbouring positions were moved to the channels (patch merging), what is left of their axis is whole again.
 */
function productMeaning(
  { tape, isStream }: Streams,
  { inputs, shape }: Value,
  known: readonly (readonly Axis[] | undefined)[],
) {
  const [a, b] = inputs as [Id, Id];
  if (!isStream[a] && shape.length > 2) return queryMeaning({ rows: tape.shape(a), axes: known[b], shape });
  const axes = known[a];
  if (!axes || axes.length !== shape.length) return undefined;
  const kept = resizeAxes(axes.slice(0, -1), tape.shape(a).slice(0, -1), shape.slice(0, -1));
  return [...withoutSummed(kept, axes.at(-1)!), createAxis('channels', shape.at(-1)!)];
}

/**
 * Elements that are gathered along one axis keep its meaning, as those of a map whose edges are reflected, or of windows
 * that overlap. Indices that are computed from images have axes of their own: images, and the positions for which
 * elements are gathered. A row of a table that they select holds channels.
 */
function gatherMeaning(
  tape: Tape,
  { inputs, attributes }: Value,
  known: readonly (readonly Axis[] | undefined)[],
) {
  const [from, index] = inputs as [Id, Id];
  const gathered = attributes.axis as number;
  const places = known[index];
  const axes = known[from] ?? (places && tableMeaning(tape.shape(from), gathered));
  if (places) return axes?.flatMap((each, i) => (i === gathered ? places : [each]));
  const axis = axes?.[gathered];
  const isOfOneKind = axis?.every(({ kind }) => kind === axis[0]!.kind && kind !== 'images');
  const isKnown = tape.get(index).constant !== undefined && tape.shape(index).length > 0;
  if (!axes || !axis?.length || !isOfOneKind || !isKnown) return undefined;
  const indices = tape.shape(index).map((n) => createAxis(axis[0]!.kind, n));
  return axes.flatMap((each, i) => (i === gathered ? indices : [each]));
}

/** The axes of a table of rows; undefined for one of another shape. */
function tableMeaning(shape: readonly number[], gathered: number): readonly Axis[] | undefined {
  return shape.length === 2 && gathered === 0 ? [[], createAxis('channels', shape[1]!)] : undefined;
}

/**
 * An axis that changes its size gets new elements of the same meaning. An axis of size 1, which has no
 * meaning, becomes positions if the channels, and for the first axis the images, are elsewhere.
 */
function resizeAxes(axes: readonly Axis[], from: readonly number[], to: readonly number[]): readonly Axis[] {
  const has = (kind: Factor['kind']) => axes.some((axis) => axis[0]?.kind === kind);
  const kind = (i: number) => (has('channels') && (i > 0 || has('images')) ? 'positions' : kindOf(i));
  return axes.map((axis, i) => (from[i] === to[i] ? axis : createAxis(axis[0]?.kind ?? kind(i), to[i]!)));
}

/** The meaning of an elementwise result whose operands are both smaller, such as a pooled map times a row. */
function broadcastAxes(
  tape: Tape,
  { inputs, shape }: Value,
  known: readonly (readonly Axis[] | undefined)[],
) {
  const from = inputs.find((input) => known[input]?.length === shape.length);
  return from === undefined ? undefined : resizeAxes(known[from]!, tape.shape(from), shape);
}

/** The layout of a tensor whose axes could not be followed: a map in NCHW, or tokens. */
export function usualLayout({ length }: readonly number[]): Layout | undefined {
  return length === 4 || length === 3 ? { channelAxis: length === 4 ? 1 : 2, imageAxis: 0 } : undefined;
}
