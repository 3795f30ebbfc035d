// In: tables of relative positions on a grid of patches. Out: products of tokens with them, without one entry for each pair.
import type { GraphBuilder } from '../onnx/graph.js';

/** Channels of a head. */
export const HEAD = 64;

interface Grid {
  /** Patches in a row of the grid. */
  readonly side: number;
  /** Distances are cut at this. */
  readonly farthest: number;
}

/** The vectors that a query's row and column select. */
export interface Relative extends Grid {
  /** [side, side, 64]: of a query in that row to a key in that row; and of columns. */
  readonly rows: string;
  readonly columns: string;
  /** [64, 1]: of a patch to the class token, or of the class token to any. */
  readonly toClass: string;
  /** [tokens, 64]: that vector for the class token, zeros for patches. */
  readonly classRow: string;
}

/** `rows` and `columns` name tables [2 farthest + 2, 64]: entry 0 for the class token, then distances from -farthest. */
export function relativeTable(
  g: GraphBuilder,
  { side, farthest, rows, columns }: Grid & { rows: string; columns: string },
): Relative {
  const entry = (from: number, to: number) =>
    Math.max(-farthest, Math.min(farthest, to - from)) + farthest + 1;
  const data = Array.from({ length: side ** 2 }, (_, i) => entry(Math.floor(i / side), i % side));
  const entries = g.tensor({ type: 'int64', dims: [side, side], data });
  const take = (table: string) => g.add('Gather', [table, entries], { axis: 0 });
  const first = g.add('Slice', [g.add('Add', [rows, columns]), g.ints(0), g.ints(1), g.ints(0)]);
  return {
    side,
    farthest,
    rows: take(rows),
    columns: take(columns),
    toClass: g.add('Transpose', [first], { perm: [1, 0] }),
    classRow: g.add('Pad', [first, g.ints(0, 0, side ** 2, 0)]),
  };
}

/** 0/1: the row, the column, or the class token that a key is; for each image and head of x [images, heads, tokens, 64]. */
export function placesOf(g: GraphBuilder, x: string, { side }: Grid): string {
  const width = 2 * side + 1;
  const tokens = side ** 2 + 1;
  const data = new Array<number>(tokens * width).fill(0);
  data[2 * side] = 1;
  for (let patch = 0; patch < side ** 2; patch++) {
    data[(patch + 1) * width + Math.floor(patch / side)] = 1;
    data[(patch + 1) * width + side + (patch % side)] = 1;
  }
  const places = g.tensor({ type: 'float', dims: [tokens, width], data });
  const lead = g.add('Shape', [x], { end: 2 });
  return g.add('Expand', [places, g.add('Concat', [lead, g.ints(tokens, width)], { axis: 0 })]);
}

/** x [images, heads, tokens, 64] times the vectors that belong to each patch: [images, heads, tokens, 2 side + 1], 0 for the class token. */
export function timesVectors(g: GraphBuilder, x: string, { side, rows, columns, toClass }: Relative): string {
  const patches = patchesOf(g, x);
  const inRows = byRow(g, patches, side, HEAD);
  const vectors = (table: string) => g.add('Transpose', [table], { perm: [0, 2, 1] });
  const along = g.add('MatMul', [inRows, vectors(rows)]);
  const across = swapped(g, g.add('MatMul', [swapped(g, inRows), vectors(columns)]));
  const parts = [along, across].map((part) => g.add('Reshape', [part, g.ints(0, 0, -1, side)]));
  return withClass(g, g.add('Concat', [...parts, g.add('MatMul', [patches, toClass])], { axis: -1 }));
}

/** Transposed: places [images, heads, tokens, 2 side + 1] times each patch's vectors: [images, heads, tokens, 64], 0 for the class token. */
export function timesPlaces(
  g: GraphBuilder,
  places: string,
  { side, rows, columns, toClass }: Relative,
): string {
  const sizes = g.ints(side, side, 1);
  const [inRows, inColumns, ofClass] = g.addMany('Split', [patchesOf(g, places), sizes], { axis: -1 }, 3) as [
    string,
    string,
    string,
  ];
  const along = g.add('MatMul', [byRow(g, inRows, side, side), rows]);
  const across = swapped(g, g.add('MatMul', [swapped(g, byRow(g, inColumns, side, side)), columns]));
  const grid = g.add('Reshape', [g.add('Add', [along, across]), g.ints(0, 0, -1, HEAD)]);
  const fromClass = g.add('MatMul', [ofClass, g.add('Transpose', [toClass], { perm: [1, 0] })]);
  return withClass(g, g.add('Add', [grid, fromClass]));
}

/** a and b side by side. */
export function joined(g: GraphBuilder, a: string, b: string): string {
  return g.add('Concat', [a, b], { axis: -1 });
}

/** All tokens but the class token. */
function patchesOf(g: GraphBuilder, x: string): string {
  return g.add('Slice', [x, g.ints(1), g.ints(2 ** 31 - 1), g.ints(2)]);
}

/** And back, zeros for the class token. */
function withClass(g: GraphBuilder, x: string): string {
  return g.add('Pad', [x, g.ints(0, 0, 1, 0, 0, 0, 0, 0)]);
}

/** [images, heads, patches, n] as [images, heads, rows, columns, n]. */
function byRow(g: GraphBuilder, x: string, side: number, n: number): string {
  return g.add('Reshape', [x, g.ints(0, 0, side, side, n)]);
}

/** Rows and columns swapped. */
function swapped(g: GraphBuilder, x: string): string {
  return g.add('Transpose', [x], { perm: [0, 1, 3, 2, 4] });
}
