// Tests that a network is noticed whose features end before most of it is computed.
import { expect, it } from 'vitest';
import { endsEarly } from '../../../core/graph/costs.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** Three convolutions of 4 channels with pooling between them, and a classifier with a hidden layer. */
function network(hidden: number) {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, i: number, from: number) =>
    g.add('Relu', [g.add('Conv', [x, weight(`w${i}`, 4, from, 3, 3)], { pads: [1, 1, 1, 1] })]);
  const pool = (x: string) => g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  const maps = conv(pool(conv(pool(conv('x', 0, 3)), 1, 4)), 2, 4);
  const layer = g.add('Gemm', [g.add('Flatten', [maps]), weight('hidden', 64, hidden)]);
  const value = g.add('Gemm', [layer, weight('out', hidden, 10)]);
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value, dims: ['batch', 10] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  return graphNetwork({ graph, batch: 2, image: [3, 16, 16], wanted: 'stages', file: 'x.onnx' });
}

it('compares the multiply-accumulates after the last feature with all', () => {
  const head = (hidden: number) => 64 * hidden + hidden * 10;
  const maps = 4 * 9 * (3 * 16 ** 2 + 4 * 8 ** 2 + 4 * 4 ** 2);
  expect(head(500)).toBeLessThan(maps);
  expect(endsEarly(network(500))).toBe(false);
  expect(head(600)).toBeGreaterThan(maps);
  expect(endsEarly(network(600))).toBe(true);
});
