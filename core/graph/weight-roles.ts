// Determines the role of each weight of a graph, and hence how it is drawn.
import type { Initialization } from '../ir/block.js';
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id, Tape, Value } from '../ops/tensor/tape.js';
import type { GraphWeight, ResolvedGraph } from './resolve.js';

/** The properties of a weight that determine its role. */
type Placed = Pick<GraphWeight, 'id' | 'isSlope'> & Partial<Pick<GraphWeight, 'initializer' | 'recurrent'>>;

/**
 * A `constant` is not a weight: statistics of images, masks and the like, whose values must be in the file.
 */
export type Role =
  | { readonly kind: 'weight'; readonly fanIn: number }
  | { readonly kind: 'scale' | 'shift' | 'slope' | 'table' | 'constant' };

/** The standard deviation of class tokens, positional embeddings and tables (docs/understand/method.md). */
const TABLE_STD = 0.02;

/** The initialization of a weight of this role; undefined for constants. */
export function initializationOf(role: Role): Initialization | undefined {
  switch (role.kind) {
    case 'weight':
      return { kind: 'normal', std: Math.sqrt(2 / role.fanIn) };
    case 'scale':
      return { kind: 'constant', value: 1 };
    case 'shift':
      return { kind: 'constant', value: 0 };
    case 'slope':
      return { kind: 'constant', value: 0.25 };
    case 'table':
      return { kind: 'normal', std: TABLE_STD };
    case 'constant':
      return undefined;
  }
}

/**
 * The place of each weight among those that are drawn, which is part of the key of its draw; undefined for constants. Exporters
 * compute different tables in advance, so that a constant must not move the weights behind it.
 */
export function drawnPlaces(roles: readonly Role[]): readonly (number | undefined)[] {
  let drawn = 0;
  return roles.map(({ kind }) => (kind === 'constant' ? undefined : drawn++));
}

/** The role of each weight, in the order of the weights. */
export function weightRoles({
  tape,
  weights,
  isStream,
}: Pick<ResolvedGraph, 'tape' | 'isStream'> & { readonly weights: readonly Placed[] }): readonly Role[] {
  const readers = new Map<Id, Value[]>();
  for (const value of tape.values)
    for (const input of new Set(value.inputs)) {
      const list = readers.get(input);
      if (list) list.push(value);
      else readers.set(input, [value]);
    }
  return weights.map((weight) => roleOf({ tape, weight, isStream, readers }));
}

interface Search {
  readonly tape: Tape;
  readonly isStream: readonly boolean[];
  readonly readers: ReadonlyMap<Id, readonly Value[]>;
}

/** Operations on a weight alone that move its elements, or compute each from one of them, as those of quantized networks. */
const PASSED = new Set([
  'Reshape',
  'Transpose',
  'Slice',
  'Cast',
  'Expand',
  'Pad',
  'Exp',
  'Log',
  'Sqrt',
  'Neg',
  'Abs',
  'Sign',
  'Floor',
  'Ceil',
  'Relu',
  'Softplus',
  'Erf',
  'Sin',
  'Cos',
  'Sigmoid',
  'Tanh',
  'Where',
  'Clip',
  'HardSigmoid',
]);

function roleOf({ weight, ...search }: Search & { readonly weight: Placed }): Role {
  if (weight.isSlope) return { kind: 'slope' };
  // Weights have a row for each value that a gate computes, whatever the file then assembles from them.
  if (weight.recurrent === 'weight') return { kind: 'weight', fanIn: search.tape.shape(weight.id).at(-1)! };
  if (weight.recurrent === 'bias') return { kind: 'shift' };
  if (weight.recurrent === 'state') return { kind: 'table' };
  // A buffer without numbers in the file is drawn like a weight that is read in its place.
  const { initializer } = weight;
  if (initializer?.isBuffer && initializer.read() !== undefined) return { kind: 'constant' };
  const role = (passesSums: boolean) => roleBehind({ ...search, id: weight.id, passesSums });
  return role(false) ?? role(true) ?? { kind: 'constant' };
}

/**
 * The role that the first reader implies. Sums of weights tell nothing where another reader does, as in their norms, but
 * a kernel may be the sum of products of two weights.
 */
function roleBehind({
  id: first,
  passesSums,
  ...search
}: Search & { readonly id: Id; readonly passesSums: boolean }): Role | undefined {
  const seen = new Set<Id>();
  const open = [first];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const reader of search.readers.get(id) ?? []) {
      const isSum = passesSums && reader.op === 'ReduceSum' && !search.isStream[id];
      const role = isSum ? 'passes' : roleIn({ ...search, id, reader });
      if (role === 'passes') open.push(reader.id);
      else if (role) return role;
    }
  }
  return undefined;
}

/** The most coordinates of a position in a table of positions, such as Swin V2 has in front of its networks of positions. */
const MOST_COORDINATES = 4;

/** Whether a tensor that is multiplied by weights is learned, as queries are, rather than a table of coordinates. */
function isQuery({
  tape,
  shape,
  other,
}: Pick<Search, 'tape'> & { readonly shape: readonly number[]; readonly other: Id | undefined }): boolean {
  const isWeight = other !== undefined && tape.get(other).constant === undefined;
  return isWeight && shape.at(-1)! > MOST_COORDINATES;
}

/** Operations that read a table: they look its rows up, or put it beside others. */
const OF_TABLES = new Set([
  'Gather',
  'GatherElements',
  'ScatterElements',
  'Interpolate',
  'Concat',
  'Softmax',
]);

/** The role that one reader implies; undefined where it implies none, as a mean of a weight does. */
function roleIn({
  tape,
  isStream,
  id,
  reader,
}: Search & { readonly id: Id; readonly reader: Value }): Role | 'passes' | undefined {
  const { op, inputs, attributes } = reader;
  const place = inputs.indexOf(id);
  const shape = tape.shape(id);
  const other = inputs[1 - place];
  const meetsStream = other !== undefined && Boolean(isStream[other]);
  switch (op) {
    case 'Conv':
      return place === 1 ? { kind: 'weight', fanIn: sizeOf(shape.slice(1)) } : undefined;
    case 'ConvTranspose':
      // An output reads c / group channels at some positions of the kernel, how many depends on the stride; the
      // fan-in counts all positions.
      if (place !== 1) return undefined;
      return { kind: 'weight', fanIn: sizeOf([shape[0]!, ...shape.slice(2)]) / Number(attributes.group) };
    case 'MatMul':
      // A product with constants, as an Einsum with an identity matrix, only moves the weight.
      if (place === 0 && other !== undefined && tape.get(other).constant) return 'passes';
      if (place === 0 && !meetsStream)
        return { kind: isQuery({ tape, shape, other }) ? 'table' : 'constant' };
      return { kind: 'weight', fanIn: shape.at(place === 1 ? -2 : -1)! };
    case 'Add':
      if (!meetsStream && other !== undefined && sizeOf(tape.shape(other)) < sizeOf(shape)) return 'passes';
      return { kind: shape.filter((n) => n > 1).length > 1 ? 'table' : 'shift' };
    case 'Mul':
      if (!meetsStream && other !== undefined && sizeOf(tape.shape(other)) <= sizeOf(shape)) return 'passes';
      // A number of the stream times a vector is a linear layer of one input.
      return meetsStream && sizeOf(tape.shape(other)) < sizeOf(reader.shape)
        ? { kind: 'weight', fanIn: 1 }
        : { kind: 'scale' };
    // A learned threshold: max(x, t).
    case 'Max':
    case 'Min':
      return meetsStream ? { kind: 'shift' } : undefined;
    case 'Sub':
    case 'Div':
      if (meetsStream) return { kind: 'constant' };
      return place === 0 || op === 'Div' ? 'passes' : undefined;
    case 'Pow':
      return place === 0 && !isStream[id] ? 'passes' : undefined;
    // A ternary network compares a weight with thresholds to choose -1, 0 or 1 in its place.
    case 'Greater':
    case 'GreaterOrEqual':
    case 'Less':
    case 'LessOrEqual':
      return meetsStream ? undefined : 'passes';
    case 'Standardize':
    case 'StandardizeChannels':
      return place === 0 && !isStream[id] ? 'passes' : undefined;
    default:
      if (OF_TABLES.has(op!)) return { kind: 'table' };
      return PASSED.has(op!) ? 'passes' : undefined;
  }
}
