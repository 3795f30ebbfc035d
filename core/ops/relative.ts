// Multiplies tokens by tables of relative positions on a grid of patches, without storing an entry for each
// pair of tokens.
import { add } from './primitives.js';
import type { Value } from './tape.js';

/** The number of channels of a head. */
export const HEAD = 64;

export interface Grid {
  /** The number of patches in a row of the grid. */
  readonly side: number;
  /** Relative positions are clipped to this distance. */
  readonly farthest: number;
}

/** The relative-position vectors, arranged by the row and column of a query. */
export interface Relative extends Grid {
  /**
   * [side, side, 64]: the vector for a query in one row and a key in another; `columns` likewise for columns.
   */
  readonly rows: Value;
  readonly columns: Value;
  /**
   * [64, 1]: the vector between a patch and the class token, in either direction, and of the class token to
   * itself.
   */
  readonly toClass: Value;
  /** [tokens, 64]: that vector in the row of the class token, zeros in the rows of patches. */
  readonly classRow: Value;
}

/**
 * Arranges the tables `rows` and `columns` [2 farthest + 2, 64]. Entry 0 is for the class token; the others
 * are for the distances from -farthest to farthest.
 */
export function relativeTable({
  side,
  farthest,
  rows,
  columns,
}: Grid & { readonly rows: Value; readonly columns: Value }): Relative {
  const { tape } = rows;
  const entry = (from: number, to: number) =>
    Math.max(-farthest, Math.min(farthest, to - from)) + farthest + 1;
  const data = Array.from({ length: side ** 2 }, (_, i) => entry(Math.floor(i / side), i % side));
  const entries = tape.constant({ type: 'int64', dims: [side, side], data });
  const take = (table: Value) => tape.onnx('Gather', [table, entries], { axis: 0 });
  const first = tape.onnx('Slice', [add(rows, columns), tape.ints(0), tape.ints(1), tape.ints(0)]);
  return {
    side,
    farthest,
    rows: take(rows),
    columns: take(columns),
    toClass: transpose(first, 1, 0),
    classRow: tape.onnx('Pad', [first, tape.ints(0, 0, side ** 2, 0)]),
  };
}

/**
 * A 0/1 matrix that marks the row and the column of each key, or the class token, for each image and head of
 * x [images, heads, tokens, 64].
 */
export function placesOf(x: Value, { side }: Grid): Value {
  const { tape } = x;
  const width = 2 * side + 1;
  const tokens = side ** 2 + 1;
  const data = new Array<number>(tokens * width).fill(0);
  data[2 * side] = 1;
  for (let patch = 0; patch < side ** 2; patch++) {
    data[(patch + 1) * width + Math.floor(patch / side)] = 1;
    data[(patch + 1) * width + side + (patch % side)] = 1;
  }
  const places = tape.constant({ type: 'float', dims: [tokens, width], data });
  const imagesAndHeads = tape.onnx('Shape', [x], { end: 2 });
  const dims = tape.onnx('Concat', [imagesAndHeads, tape.ints(tokens, width)], { axis: 0 });
  return tape.onnx('Expand', [places, dims]);
}

/**
 * Multiplies x [images, heads, tokens, 64] by the vectors that belong to each patch. The result is [images,
 * heads, tokens, 2 side + 1], with zeros for the class token.
 */
export function timesVectors(x: Value, { side, rows, columns, toClass }: Relative): Value {
  const { tape } = x;
  const patches = patchesOf(x);
  const inRows = byRow(patches, side, HEAD);
  const along = matMul(inRows, transpose(rows, 0, 2, 1));
  const across = swapRows(matMul(swapRows(inRows), transpose(columns, 0, 2, 1)));
  const parts = [along, across].map((part) => tape.onnx('Reshape', [part, tape.ints(0, 0, -1, side)]));
  return withClass(tape.onnx('Concat', [...parts, matMul(patches, toClass)], { axis: -1 }));
}

/**
 * Multiplies `places` [images, heads, tokens, 2 side + 1] by the transposed vectors of each patch. The result
 * is [images, heads, tokens, 64], with zeros for the class token.
 */
export function timesPlaces(places: Value, { side, rows, columns, toClass }: Relative): Value {
  const { tape } = places;
  const sizes = tape.ints(side, side, 1);
  const [inRows, inColumns, ofClass] = tape.onnxResults('Split', [patchesOf(places), sizes], {
    axis: -1,
    results: 3,
  }) as [Value, Value, Value];
  const along = matMul(byRow(inRows, side, side), rows);
  const across = swapRows(matMul(swapRows(byRow(inColumns, side, side)), columns));
  const grid = tape.onnx('Reshape', [add(along, across), tape.ints(0, 0, -1, HEAD)]);
  return withClass(add(grid, matMul(ofClass, transpose(toClass, 1, 0))));
}

/** Concatenates a and b along their last dimension. */
export const concatChannels = (a: Value, b: Value): Value => a.tape.onnx('Concat', [a, b], { axis: -1 });

export const matMul = (a: Value, b: Value): Value => a.tape.onnx('MatMul', [a, b]);

export const transpose = (x: Value, ...perm: number[]): Value => x.tape.onnx('Transpose', [x], { perm });

/** Drops the class token. */
function patchesOf(x: Value): Value {
  const { tape } = x;
  return tape.onnx('Slice', [x, tape.ints(1), tape.ints(2 ** 31 - 1), tape.ints(2)]);
}

/** Inserts zeros at the position of the class token. */
const withClass = (x: Value): Value => x.tape.onnx('Pad', [x, x.tape.ints(0, 0, 1, 0, 0, 0, 0, 0)]);

/** Reshapes [images, heads, patches, n] to [images, heads, rows, columns, n]. */
const byRow = (x: Value, side: number, n: number): Value =>
  x.tape.onnx('Reshape', [x, x.tape.ints(0, 0, side, side, n)]);

/** Swaps the rows and columns of the grid. */
const swapRows = (x: Value): Value => transpose(x, 0, 1, 3, 2, 4);
