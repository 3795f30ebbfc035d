// Tests that features are found behind patch merging: neighbouring tokens that are moved to the channels, and a
// linear layer that reads them.
import { expect, test } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const [SIDE, CHANNELS] = [8, 6];

/** Tokens [images, side, side, channels] after `merges` mergings of 2 x 2 neighbours, each with a residual block. */
function createNetwork(merges: number) {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });
  const patches = g.add('Conv', ['x', weight('patch', CHANNELS, 3, 4, 4)], { strides: [4, 4] });
  let x = g.add('Transpose', [patches], { perm: [0, 2, 3, 1] });
  let [side, width] = [SIDE, CHANNELS];
  const block = (i: number) => {
    const inner = g.add('Relu', [g.add('MatMul', [x, weight(`up${i}`, width, width)])]);
    x = g.add('Add', [x, g.add('MatMul', [inner, weight(`down${i}`, width, width)])]);
  };
  block(0);
  for (let i = 1; i <= merges; i++) {
    const half = side / 2;
    const apart = g.add('Reshape', [x, g.ints(-1, half, 2, half, 2, width)]);
    const together = g.add('Transpose', [apart], { perm: [0, 1, 3, 4, 2, 5] });
    const merged = g.add('Reshape', [together, g.ints(-1, half, half, 4 * width)]);
    x = g.add('MatMul', [merged, weight(`merge${i}`, 4 * width, 2 * width)]);
    [side, width] = [half, 2 * width];
    block(i);
  }
  const mean = g.add('ReduceMean', [x, g.ints(1, 2)], { keepdims: 0 });
  const value = g.add('MatMul', [mean, weight('head', width, 5)]);
  const inputs = [{ name: 'x', dims: ['batch', 3, 4 * SIDE, 4 * SIDE] }];
  return g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] });
}

test('the maps of every stage are features', () => {
  const graph = readOnnx({ bytes: createNetwork(2), file: 'merging.onnx' });
  const at = { graph, batch: 2, image: [3, 4 * SIDE, 4 * SIDE], file: 'merging.onnx' };
  const { found, features } = graphNetwork({ ...at, wanted: 'stages' });
  expect(found).toBe('stages');
  expect(features.map(({ shape }) => shape)).toEqual([
    [2, SIDE, SIDE, CHANNELS],
    [2, SIDE / 2, SIDE / 2, 2 * CHANNELS],
    [2, SIDE / 4, SIDE / 4, 4 * CHANNELS],
  ]);
});
