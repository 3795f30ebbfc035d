// Tests that parameters which a network transforms before it convolves with them are weights: they are counted, and
// their numbers in the file do not matter.
import { expect, test } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const DIMS = [4, 3, 3, 3];

/** Three convolutions; the weight of the first one is transformed. */
function parametersOf(transform: (g: GraphBuilder, w: string) => string): number {
  const g = new GraphBuilder();
  const weight = (name: string, dims: readonly number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)).fill(0.5) });
  const conv = (x: string, w: string) => g.add('Relu', [g.add('Conv', [x, w], { pads: [1, 1, 1, 1] })]);
  let x = conv('x', transform(g, weight('a', DIMS)));
  for (const name of ['b', 'c'])
    x = conv(g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }), weight(name, [4, 4, 3, 3]));
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('GlobalAveragePool', [x]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  return graphNetwork({ graph, batch: 2, image: [3, 16, 16], wanted: 'stages', file: 'x.onnx' }).costs
    .parameters;
}

const half = (g: GraphBuilder) => g.add('Cast', [g.ints(2)], { to: 1 });

test.each<[string, (g: GraphBuilder, w: string) => string]>([
  ['unchanged', (_, w) => w],
  ...['Sign', 'Abs', 'Floor', 'Ceil', 'Round', 'Relu', 'Softplus', 'Erf', 'Sin', 'Cos', 'Reciprocal'].map(
    (op): [string, (g: GraphBuilder, w: string) => string] => [op, (g, w) => g.add(op, [w])],
  ),
  ['Pow', (g, w) => g.add('Pow', [w, half(g)])],
  [
    'one of two values by its size',
    (g, w) => g.add('Where', [g.add('Greater', [w, half(g)]), half(g), g.add('Neg', [half(g)])]),
  ],
  [
    'a product with an identity matrix',
    (g, w) => {
      const rows = g.add('Reshape', [w, g.ints(36, 3)]);
      const eye = g.add('EyeLike', [g.add('ConstantOfShape', [g.ints(3, 3)])]);
      return g.add('Reshape', [g.add('MatMul', [rows, eye]), g.ints(...DIMS)]);
    },
  ],
])('%s', (_, transform) => {
  expect(parametersOf(transform)).toBe(108 + 2 * 144);
});

test('a sum of products of two weights', () => {
  const product = (g: GraphBuilder, w: string) => {
    const other = g.weights({ name: 'v', dims: [2, 1, 3, 3, 3], data: new Float32Array(54).fill(0.5) });
    const products = g.add('Mul', [g.add('Unsqueeze', [w, g.ints(0)]), other]);
    return g.add('ReduceSum', [products, g.ints(0)], { keepdims: 0 });
  };
  expect(parametersOf(product)).toBe(108 + 54 + 2 * 144);
});
