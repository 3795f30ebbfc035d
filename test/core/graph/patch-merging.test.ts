// Tests that features are found behind patch merging, neighbouring tokens that are moved to the channels before a linear
// layer, and behind windows that overlap.
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

/** Windows of 3 x 3 neighbours, with padding and stride 2, as exporters write PyTorch's `unfold`; tokens of their numbers. */
function withWindows() {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });
  const [half, taps] = [SIDE / 2, 3];
  const places = Array.from({ length: taps }, (_, tap) =>
    Array.from({ length: half }, (_, i) => 2 * i + tap),
  );
  const index = g.add('Reshape', [g.ints(...places.flat()), g.ints(taps, half)]);
  const padded = g.add('Pad', ['x', g.ints(0, 0, 1, 1, 0, 0, 1, 1)]);
  const columns = g.add('Gather', [g.add('Gather', [padded, index], { axis: 2 }), index], { axis: 4 });
  const apart = g.add('Transpose', [columns], { perm: [0, 1, 2, 4, 3, 5] });
  const numbers = 3 * taps ** 2;
  const rows = g.add('Reshape', [apart, g.ints(-1, numbers, half ** 2)]);
  let x = g.add('Transpose', [rows], { perm: [0, 2, 1] });
  for (let i = 0; i < 3; i++) {
    const inner = g.add('Relu', [g.add('MatMul', [x, weight(`up${i}`, numbers, numbers)])]);
    x = g.add('Add', [x, g.add('MatMul', [inner, weight(`down${i}`, numbers, numbers)])]);
  }
  const mean = g.add('ReduceMean', [x, g.ints(1)], { keepdims: 0 });
  const value = g.add('MatMul', [mean, weight('head', numbers, 5)]);
  const inputs = [{ name: 'x', dims: ['batch', 3, SIDE, SIDE] }];
  return g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] });
}

test('tokens of windows that overlap are features', () => {
  const graph = readOnnx({ bytes: withWindows(), file: 'windows.onnx' });
  const at = { graph, batch: 2, image: [3, SIDE, SIDE], file: 'windows.onnx' };
  const { features } = graphNetwork({ ...at, wanted: 'blocks' });
  const tokens = [2, (SIDE / 2) ** 2, 27];
  // The residual sums; the windows themselves are images.
  expect(features.map(({ shape }) => shape)).toEqual([tokens, tokens, tokens]);
  expect(features.map(({ channelAxis }) => channelAxis)).toEqual([2, 2, 2]);
});
