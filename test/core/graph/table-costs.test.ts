// Tests how products of tables of positions, which do not depend on the images, are counted.
import { describe, expect, it } from 'vitest';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** Positions, features before and after the layer, images of a batch, and multiply-accumulates of the layer. */
const [L, D, N, BATCH] = [6, 4, 5, 2];
const LAYER = L * D * N;

/** The multiply-accumulates of a network that adds the mean of `product` to its images. */
function macsWith(product: (g: GraphBuilder) => string, batch = BATCH): number {
  const g = new GraphBuilder();
  const value = g.add('Add', ['x', g.add('ReduceMean', [product(g)], { keepdims: 0 })]);
  const ports = { inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }] };
  const outputs = [{ name: 'y', value, dims: ['batch', 3, 8, 8] }];
  const graph = readOnnx({ bytes: g.build({ name: 'network', ...ports, outputs }), file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch, image: [3, 8, 8], file: 'x.onnx' });
  return graphCosts(resolved, weightRoles(resolved)).macs;
}

/** Numbers from 0, of a shape: a constant that is computed, as sines of positions are. */
function table(g: GraphBuilder, ...shape: readonly number[]): string {
  const size = shape.reduce((a, b) => a * b);
  const range = g.add('Range', [g.float(0), g.float(size), g.float(1)]);
  return g.add('Reshape', [range, g.ints(...shape)]);
}
const expanded = (g: GraphBuilder, from: string, ...shape: readonly number[]) =>
  g.add('Reshape', [g.add('Expand', [from, g.ints(...shape)]), g.ints(1, BATCH * L, D)]);
const weight = (g: GraphBuilder, ...dims: readonly number[]) =>
  g.weights({ name: 'w', dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });

describe('a linear layer on a constant table counts the rows of one image', () => {
  it.each<[what: string, product: (g: GraphBuilder) => string]>([
    ['without an axis for it', (g) => g.add('MatMul', [table(g, L, D), weight(g, D, N)])],
    ['without a batch', (g) => g.add('MatMul', [table(g, 1, L, D), weight(g, 1, D, N)])],
    [
      'repeated for each image, positions first',
      (g) => g.add('MatMul', [expanded(g, table(g, L, 1, D), L, BATCH, D), weight(g, 1, D, N)]),
    ],
    [
      'repeated for each image, images first',
      (g) => g.add('MatMul', [expanded(g, table(g, 1, L, D), BATCH, L, D), weight(g, 1, D, N)]),
    ],
  ])('%s', (_, product) => {
    expect(macsWith(product)).toBe(LAYER);
  });
});

it.each<[string, readonly number[], readonly number[]]>([
  ['images first', [1, L, D], [BATCH, L, D]],
  ['positions first', [L, 1, D], [L, BATCH, D]],
])(
  'a linear layer on learned queries that are repeated, %s, counts those of one image',
  (_, once, repeated) => {
    const queries = (g: GraphBuilder) => g.weights({ name: 'q', dims: once, data: new Float32Array(L * D) });
    const product = (g: GraphBuilder) =>
      g.add('MatMul', [g.add('Expand', [queries(g), g.ints(...repeated)]), weight(g, D, N)]);
    expect(macsWith(product)).toBe(LAYER);
  },
);

it('a table whose rows the batch does not divide repeats none, even where all numbers are equal', () => {
  const ones = (g: GraphBuilder) => g.add('Expand', [g.float(1), g.ints(1, 3, D)]);
  expect(macsWith((g) => g.add('MatMul', [ones(g), weight(g, 1, D, N)]))).toBe(3 * D * N);
});

it('a linear layer on a learned table with as many parts as images, which nothing repeats, counts whole', () => {
  const parts = (g: GraphBuilder) => {
    const rows = new Float32Array(BATCH * L * D);
    return g.add('Reshape', [
      g.weights({ name: 'q', dims: [1, BATCH * L, D], data: rows }),
      g.ints(BATCH, L, D),
    ]);
  };
  expect(macsWith((g) => g.add('MatMul', [parts(g), weight(g, D, N)]))).toBe(BATCH * LAYER);
});

it('a linear layer on a table counts as much for a batch of one image', () => {
  const product = (g: GraphBuilder) => g.add('MatMul', [table(g, 1, L, D), weight(g, 1, D, N)]);
  expect(macsWith(product, 1)).toBe(LAYER);
});

it('a table with as many rows as images times positions, all of them different, counts whole', () => {
  expect(macsWith((g) => g.add('MatMul', [table(g, 1, BATCH * L, D), weight(g, 1, D, N)]))).toBe(
    BATCH * LAYER,
  );
});

it('a constant matrix that resamples a table of weights counts nothing', () => {
  expect(macsWith((g) => g.add('MatMul', [table(g, L, D), weight(g, 1, D, N)]))).toBe(0);
  expect(macsWith((g) => g.add('MatMul', [table(g, 1, L, D), weight(g, 2, D, N)]))).toBe(0);
});

it('a convolution of a constant map counts one map, however often the batch repeats it', () => {
  const map = (g: GraphBuilder) => table(g, 1, 3, 4, 4);
  const repeated = (g: GraphBuilder) => g.add('Expand', [map(g), g.ints(BATCH, 3, 4, 4)]);
  for (const each of [map, repeated])
    expect(macsWith((g) => g.add('Conv', [each(g), weight(g, 5, 3, 1, 1)]))).toBe(5 * 16 * 3);
});

describe('the first product of a recurrent cell that is written by hand', () => {
  const zeros = (g: GraphBuilder, rows: number) =>
    g.add('Expand', [g.add('Reshape', [g.float(0), g.ints(1, 1)]), g.ints(rows, D)]);
  const layer = (g: GraphBuilder) => weight(g, D, N);
  const step = (g: GraphBuilder, rows: number) =>
    g.add('Reshape', [g.add('MatMul', [zeros(g, rows), layer(g)]), g.ints(1, rows, N)]);

  it.each([2, 4])('counts the state of one of %d images', (batch) => {
    expect(macsWith((g) => step(g, batch), batch)).toBe(D * N);
  });

  it('counts every column of a map', () => {
    expect(macsWith((g) => step(g, BATCH * L))).toBe(LAYER);
  });
});
