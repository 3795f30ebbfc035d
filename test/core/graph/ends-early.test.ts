// Tests that a network is noticed whose features end before most of it is computed, or begin after it.
import { expect, it } from 'vitest';
import { beginsLate, endsEarly } from '../../../core/graph/feature-coverage.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

interface NetworkOptions {
  /** The side of the kernel of the first convolution. */
  readonly kernel?: number;
  /** Whether activation functions or the convolutions themselves yield the maps. */
  readonly maps?: 'activated' | 'plain';
  /** The rows of a table of positions that a linear layer computes, added to the maps. */
  readonly positions?: number;
}

/** Three convolutions of 4 channels with pooling between them, and a classifier with a hidden layer. */
function network(hidden: number, { kernel = 3, maps: kind = 'activated', positions }: NetworkOptions = {}) {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = (x: string, i: number, from: number, side = 3) => {
    const pads = new Array<number>(4).fill((side - 1) / 2);
    const map = g.add('Conv', [x, weight(`w${i}`, 4, from, side, side)], { pads });
    return kind === 'plain' ? map : g.add('Relu', [map]);
  };
  const pool = (x: string) => g.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  const maps = conv(pool(conv(pool(conv('x', 0, 3, kernel)), 1, 4)), 2, 4);
  const table = () => g.add('MatMul', [weight('places', positions!, 64), weight('place', 64, 64)]);
  const flat = g.add('Flatten', [maps]);
  const moved =
    positions === undefined ? flat : g.add('Add', [flat, g.add('ReduceMean', [table()], { keepdims: 0 })]);
  const layer = g.add('Gemm', [moved, weight('hidden', 64, hidden)]);
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
  expect(head(529)).toBeLessThan(maps);
  expect(head(530)).toBeGreaterThan(maps);
  for (const kind of ['activated', 'plain'] as const) {
    expect(endsEarly(network(529, { maps: kind }))).toBe(false);
    expect(endsEarly(network(530, { maps: kind }))).toBe(true);
  }
  // What does not depend on the images is computed once.
  expect(endsEarly(network(529, { positions: 100 }))).toBe(false);
});

it('compares the multiply-accumulates up to the first feature with all, where every block is a feature', () => {
  // The first convolution has a kernel of 5 x 5 and the largest map.
  const first = 4 * 75 * 16 ** 2;
  const share = (hidden: number) => first / (first + 4 * 36 * (8 ** 2 + 4 ** 2) + 64 * hidden + hidden * 10);
  const lateAt = (hidden: number, found: string, maps?: 'plain') =>
    beginsLate({ ...network(hidden, { kernel: 5, ...(maps ? { maps } : {}) }), found });
  expect(share(882)).toBeGreaterThan(0.5);
  expect(lateAt(882, 'blocks')).toBe(true);
  expect(lateAt(882, 'blocks', 'plain')).toBe(true);
  expect(share(883)).toBeLessThan(0.5);
  expect(lateAt(883, 'blocks')).toBe(false);
  expect(lateAt(882, 'stages')).toBe(false);
});
