// Counts the costs of an imported network: multiply-accumulates of one image, and trainable parameters.
import { sizeOf } from '../ops/tensor/shapes.js';
import type { Id, Tape, Value } from '../ops/tensor/tape.js';
import type { ResolvedGraph } from './resolve.js';
import type { Role } from './weight-roles.js';

export interface GraphCosts {
  /**
   * Multiply-accumulates of one image in convolutions and matrix products, including those of attention;
   * biases and normalization are not counted.
   */
  readonly macs: number;
  /** Trainable numbers, each counted once; running statistics, buffers and constants are excluded. */
  readonly parameters: number;
}

export function graphCosts(graph: ResolvedGraph, roles: readonly Role[]): GraphCosts {
  const macs = macsOfImage(graph).reduce((sum, each) => sum + each, 0);
  const parameters = graph.weights.reduce(
    (sum, { shape, initializer }, i) =>
      sum + (initializer.isBuffer || roles[i]!.kind === 'constant' ? 0 : sizeOf(shape)),
    graph.unread,
  );
  return { macs, parameters };
}

/**
 * The multiply-accumulates for one image in each value of the tape. Products of weights alone, such as those of a network
 * that computes a table of positions, run once for all images, and count whole.
 */
export function macsOfImage(graph: ResolvedGraph): readonly number[] {
  const [batch] = graph.tape.shape(graph.input) as [number];
  const isRepeated = repeatedFor(graph);
  return Array.from({ length: graph.output + 1 }, (_, id) =>
    graph.isStream[id] || isRepeated[id] ? macsOf(graph, id) / batch : weightMacsOf(graph, id),
  );
}

/**
 * Whether each value is computed from weights that were repeated for every image, as learned queries are
 * (`query.expand(batch, -1, -1)`), so that its products are those of all images.
 */
function repeatedFor({ tape, input, isStream }: ResolvedGraph): readonly boolean[] {
  const [batch] = tape.shape(input) as [number];
  const isRepeated: boolean[] = [];
  for (const { id, op, inputs, shape } of tape.values) {
    // Tokens have the images in axis 0 or, if their positions come first, in axis 1.
    const from = op === 'Expand' ? tape.shape(inputs[0]!) : shape;
    const sizeBefore = (axis: number) => from.at(axis - shape.length) ?? 1;
    const isExpanded = [0, 1].some((axis) => shape[axis] === batch && sizeBefore(axis) === 1 && batch > 1);
    isRepeated.push(!isStream[id] && (isExpanded || inputs.some((each) => isRepeated[each])));
  }
  return isRepeated;
}

/** The multiply-accumulates of the values that are `counted`, over all images. */
export function macsWhere(
  graph: Pick<ResolvedGraph, 'tape' | 'output'>,
  counted: readonly boolean[],
): number {
  let macs = 0;
  for (let id = 0; id <= graph.output; id++) if (counted[id]) macs += macsOf(graph, id);
  return macs;
}

/** The multiply-accumulates of one operation, over all images. */
export function macsOf({ tape }: Pick<ResolvedGraph, 'tape'>, id: Id): number {
  const value = tape.get(id);
  return value.op === undefined ? 0 : (COUNTED[value.op]?.(tape, value) ?? 0);
}

/**
 * The multiply-accumulates for one image in a product that does not depend on the images. A linear layer applied
 * to a table counts, also if the table is a constant, as sines of positions are; a constant matrix times a stack of
 * matrices is an interpolation and does not.
 */
function weightMacsOf({ tape, input }: ResolvedGraph, id: Id): number {
  const value = tape.get(id);
  const { op, inputs, shape } = value;
  // A map of positions is computed once, although the batch repeats it for every image.
  if (op === 'Conv') return COUNTED.Conv!(tape, value) / shape[0]!;
  if (op !== 'MatMul') return 0;
  const [a, b] = inputs.map((each) => tape.get(each)) as [Value, Value];
  const isTable = a.shape.length > 2 && b.shape.slice(0, -2).every((size) => size === 1);
  if (a.constant && b.shape.length > 2 && !isTable) return 0;
  const [batch] = tape.shape(input) as [number];
  // The first state of a recurrent cell that is written by hand is a row of zeros for every image.
  const isState = a.shape.length === 2 && b.shape.length === 2;
  return (sizeOf(shape) * a.shape.at(-1)!) / ((isTable || isState) && isRepeatedTable(a, batch) ? batch : 1);
}

/** Whether the rows of a constant are those of one image, repeated for each of the batch in either order. */
function isRepeatedTable({ constant, shape }: Value, batch: number): boolean {
  const width = shape.at(-1)!;
  if (!constant || batch === 1 || constant.length % (batch * width) !== 0) return false;
  const one = constant.length / batch;
  const isTiled = constant.every((number, i) => number === constant[i % one]);
  const first = (i: number) => Math.floor(i / (batch * width)) * batch * width + (i % width);
  return isTiled || constant.every((number, i) => number === constant[first(i)]);
}

const COUNTED: Readonly<Record<string, (tape: Tape, value: Value) => number>> = {
  Conv: (tape, { inputs, shape }) => sizeOf(shape) * sizeOf(tape.shape(inputs[1]!).slice(1)),
  ConvTranspose: (tape, { inputs }) =>
    sizeOf(tape.shape(inputs[0]!)) * sizeOf(tape.shape(inputs[1]!).slice(1)),
  // A product with a constant matrix is an interpolation or a Fourier transform.
  MatMul: (tape, { inputs, shape }) =>
    inputs.some((input) => tape.get(input).constant) ? 0 : sizeOf(shape) * tape.shape(inputs[0]!).at(-1)!,
};
