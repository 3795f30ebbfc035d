// Tests that the images are no feature, also where the network normalizes, rescales or rearranges them before its first
// layer.
import { expect, test } from 'vitest';
import { findFeatures } from '../../../core/graph/branches.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

/** The names of the features of a network of three convolutions of stride 2 behind `prepare`. */
function featuresAfter(prepare: (g: GraphBuilder, x: string) => string) {
  const g = new GraphBuilder();
  let x = prepare(g, 'x');
  for (const [name, from] of [
    ['a', 3],
    ['b', 6],
    ['c', 6],
  ] as const) {
    const weight = g.weights({ name, dims: [6, from, 3, 3], data: new Float32Array(6 * from * 9) });
    x = g.add('Relu', [g.add('Conv', [x, weight], { strides: [2, 2], pads: [1, 1, 1, 1] })]);
  }
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('GlobalAveragePool', [x]), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [3, 16, 16], file: 'x.onnx' });
  return findFeatures(resolved, 'stages').features.map(({ shape }) => shape);
}

const perChannel = (g: GraphBuilder, name: string) =>
  g.weights({ name, dims: [3, 1, 1], data: Float32Array.of(0.4, 0.5, 0.6) });

const FEATURES = [
  [2, 6, 8, 8],
  [2, 6, 4, 4],
  [2, 6, 2, 2],
];

test.each<[string, (g: GraphBuilder, x: string) => string]>([
  ['as they are', (_, x) => x],
  [
    'with mean and deviation of each channel',
    (g, x) => g.add('Div', [g.add('Sub', [x, perChannel(g, 'mean')]), perChannel(g, 'deviation')]),
  ],
  [
    'with a learned scale and shift',
    (g, x) => g.add('Add', [g.add('Mul', [x, perChannel(g, 'scale')]), perChannel(g, 'shift')]),
  ],
  ['from 0 to 255', (g, x) => g.add('Clip', [g.add('Mul', [x, g.float(255)]), g.float(0), g.float(255)])],
  [
    'with channels last, then first',
    (g, x) =>
      g.add('Neg', [
        g.add('Transpose', [g.add('Transpose', [x], { perm: [0, 2, 3, 1] })], { perm: [0, 3, 1, 2] }),
      ]),
  ],
])('images %s', (_, prepare) => {
  expect(featuresAfter(prepare)).toEqual(FEATURES);
});

test('what a first convolution makes of them is a feature', () => {
  const convolved = featuresAfter((g, x) => {
    const weight = g.weights({ name: 'first', dims: [3, 3, 1, 1], data: new Float32Array(9) });
    return g.add('Relu', [g.add('Conv', [x, weight])]);
  });
  expect(convolved).toEqual([[2, 3, 16, 16], ...FEATURES]);
});
