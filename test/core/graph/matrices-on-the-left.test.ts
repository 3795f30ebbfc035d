// Tests that axes are followed through a matrix of weights on the left: it sums the channels of a row of positions, or the
// positions of tokens, as the adjacency matrix of a graph network does.
import { expect, it } from 'vitest';
import { findFeatures } from '../../../core/graph/branches.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const SIDE = 16;
const POSITIONS = 64;
const CHANNELS = 8;

const zeros = (dims: readonly number[]) => new Float32Array(dims.reduce((n, m) => n * m, 1));

/** A convolution to 8 x 8 patches, as tokens or as a row, and two layers, each a matrix on the left and ReLU. */
function featuresOf(matrices: readonly (readonly [number, number])[], form: 'tokens' | 'row') {
  const g = new GraphBuilder();
  const weight = (dims: readonly number[]) =>
    g.weights({ name: `w${dims.join('x')}`, dims, data: zeros(dims) });
  const patches = g.add('Conv', ['x', weight([CHANNELS, 3, 2, 2])], { strides: [2, 2] });
  const row = g.add('Reshape', [patches, g.ints(0, 0, -1)]);
  let stream = form === 'row' ? row : g.add('Transpose', [row], { perm: [0, 2, 1] });
  for (const dims of matrices) stream = g.add('Relu', [g.add('MatMul', [weight(dims), stream])]);
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, SIDE, SIDE] }],
    outputs: [{ name: 'y', value: g.add('ReduceMean', [stream, g.ints(1)], { keepdims: 0 }), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [3, SIDE, SIDE], file: 'x.onnx' });
  return findFeatures(resolved, 'blocks').features.map(({ shape, channelAxis }) => ({ shape, channelAxis }));
}

it('sums channels of a row', () => {
  const features = featuresOf(
    [
      [12, CHANNELS],
      [12, 12],
    ],
    'row',
  );
  const last = { shape: [2, 12, POSITIONS], channelAxis: 1 };
  expect(features.slice(-2)).toEqual([last, last]);
  expect(features.length).toBeGreaterThan(3);
});

it('sums positions of tokens', () => {
  const features = featuresOf(
    [
      [POSITIONS, POSITIONS],
      [20, POSITIONS],
    ],
    'tokens',
  );
  expect(features.slice(-2)).toEqual([
    { shape: [2, 20, CHANNELS], channelAxis: 2 },
    { shape: [2, 20, CHANNELS], channelAxis: 2 },
  ]);
  expect(features.some(({ shape }) => String(shape) === String([2, POSITIONS, CHANNELS]))).toBe(true);
});
