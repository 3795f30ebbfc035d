// Tests that a network is noticed whose features end before most of it is computed, or begin after it.
import { expect, it } from 'vitest';
import { beginsLate, endsEarly } from '../../../core/graph/costs.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** Three convolutions of 4 channels, the first with a kernel of this side, with pooling between them, and a classifier with a hidden layer. */
function network(hidden: number, kernel = 3) {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, i: number, from: number, side = 3) => {
    const pads = new Array<number>(4).fill((side - 1) / 2);
    return g.add('Relu', [g.add('Conv', [x, weight(`w${i}`, 4, from, side, side)], { pads })]);
  };
  const pool = (x: string) => g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  const maps = conv(pool(conv(pool(conv('x', 0, 3, kernel)), 1, 4)), 2, 4);
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

it('compares the multiply-accumulates up to the first feature with all, where every block is a feature', () => {
  // The first convolution has a kernel of 5 x 5 and the largest map.
  const first = 4 * 75 * 16 ** 2;
  const share = (hidden: number) => first / (first + 4 * 36 * (8 ** 2 + 4 ** 2) + 64 * hidden + hidden * 10);
  const lateAt = (hidden: number, found: string) => beginsLate({ ...network(hidden, 5), found });
  expect(share(800)).toBeGreaterThan(0.5);
  expect(lateAt(800, 'blocks')).toBe(true);
  expect(share(1_000)).toBeLessThan(0.5);
  expect(lateAt(1_000, 'blocks')).toBe(false);
  expect(lateAt(800, 'stages')).toBe(false);
});
