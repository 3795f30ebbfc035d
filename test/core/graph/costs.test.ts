// Tests the multiply-accumulates of single operations on images.
import { expect, it } from 'vitest';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const weight = (g: GraphBuilder, ...dims: readonly number[]) =>
  g.weights({ name: 'w', dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });

it.each<[string, number, (g: GraphBuilder) => string]>([
  // Each output reads 3 channels at the 9 positions of a kernel.
  [
    'a convolution',
    5 * 64 * (3 * 9),
    (g) => g.add('Conv', ['x', weight(g, 5, 3, 3, 3)], { pads: [1, 1, 1, 1] }),
  ],
  ['a depthwise convolution', 6 * 64, (g) => g.add('Conv', ['x', weight(g, 6, 1, 1, 1)], { group: 3 })],
  // Each input is written to the 5 channels of a kernel.
  [
    'a transposed convolution',
    3 * 64 * (5 * 4),
    (g) => g.add('ConvTranspose', ['x', weight(g, 3, 5, 2, 2)], { strides: [2, 2] }),
  ],
  ['a linear layer', 3 * 64 * 5, (g) => g.add('MatMul', ['x', weight(g, 8, 5)])],
  [
    'a product of images with each other',
    3 * 8 * 8 * 8,
    (g) => g.add('MatMul', ['x', g.add('Transpose', ['x'], { perm: [0, 1, 3, 2] })]),
  ],
  [
    'an interpolation, a product with constants',
    0,
    (g) => g.add('MatMul', ['x', g.add('Expand', [g.float(0.125), g.ints(8, 4)])]),
  ],
])('%s counts %d', (_, macs, make) => {
  const g = new GraphBuilder();
  const value = g.add('Relu', [make(g)]);
  const inputs = [{ name: 'x', dims: ['batch', 3, 8, 8] }];
  const bytes = g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }] });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  expect(graphCosts(resolved, weightRoles(resolved)).macs).toBe(macs);
});
