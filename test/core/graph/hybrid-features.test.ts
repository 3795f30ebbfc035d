// Tests that convolutions before a transformer do not hide it: putting the positions of a map in a row makes no
// further stage.
import { expect, test } from 'vitest';
import { findFeatures } from '../../../core/graph/branches.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const WIDTH = 6;

/** Two convolutions of stride 2, then tokens with three residual sums. */
function network(toTokens: (g: GraphBuilder, x: string) => string) {
  const g = new GraphBuilder();
  const weight = (name: string, dims: readonly number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, name: string, from: number) =>
    g.add('Relu', [
      g.add('Conv', [x, weight(name, [WIDTH, from, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    ]);
  let tokens = toTokens(g, conv(conv('x', 'a', 3), 'b', WIDTH));
  for (const name of ['c', 'd', 'e']) {
    const product = g.add('MatMul', [tokens, weight(name, [WIDTH, WIDTH])]);
    tokens = g.add('Add', [tokens, g.add('Relu', [product])]);
  }
  const bytes = g.build({
    name: 'hybrid',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('ReduceMean', [tokens, g.ints(1)], { keepdims: 0 }), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  return resolveGraph({ graph, batch: 2, image: [3, 16, 16], file: 'x.onnx' });
}

test.each<[string, (g: GraphBuilder, x: string) => string]>([
  [
    'flatten, then transpose',
    (g, x) => g.add('Transpose', [g.add('Reshape', [x, g.ints(0, 0, -1)])], { perm: [0, 2, 1] }),
  ],
  [
    'permute, then reshape',
    (g, x) => g.add('Reshape', [g.add('Transpose', [x], { perm: [0, 2, 3, 1] }), g.ints(0, -1, WIDTH)]),
  ],
])('%s', (_, toTokens) => {
  const { found, features } = findFeatures(network(toTokens), 'stages');
  expect(found).toBe('blocks');
  // The tokens before the first residual sum, and each sum.
  expect(features.map(({ shape, channelAxis }) => [shape, channelAxis])).toEqual(
    Array.from({ length: 4 }, () => [[2, 16, WIDTH], 2]),
  );
});
