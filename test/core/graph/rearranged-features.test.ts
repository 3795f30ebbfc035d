// Tests that a map, its positions in a row and its tokens are one feature, as in pyramids of transformers that put
// tokens back into a map between two stages (CvT, FocalNet, Swin of Hugging Face).
import { expect, test } from 'vitest';
import { findFeatures } from '../../../core/graph/branches.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const STAGES = [4, 6, 8];

const zeros = (dims: readonly number[]) => new Float32Array(dims.reduce((n, m) => n * m, 1));

function resolve(g: GraphBuilder, value: string) {
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 32, 32] }],
    outputs: [{ name: 'y', value, dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  return resolveGraph({ graph, batch: 2, image: [3, 32, 32], file: 'x.onnx' });
}

/** Three stages: a convolution of stride 2, then a residual sum over tokens. The last stage is averaged as a row. */
function pyramid() {
  const g = new GraphBuilder();
  const weight = (dims: readonly number[]) =>
    g.weights({ name: `w${dims.join('x')}`, dims, data: zeros(dims) });
  let map = 'x';
  let from = 3;
  for (const [i, width] of STAGES.entries()) {
    const attributes = { strides: [2, 2], pads: [1, 1, 1, 1] };
    const embedded = g.add('Conv', [map, weight([width, from, 3, 3])], attributes);
    const row = g.add('Reshape', [embedded, g.ints(0, 0, -1)]);
    const tokens = g.add('Transpose', [row], { perm: [0, 2, 1] });
    const product = g.add('Relu', [g.add('MatMul', [tokens, weight([width, width])])]);
    const sum = g.add('Add', [tokens, product]);
    map = g.add('Transpose', [sum], { perm: [0, 2, 1] });
    const side = 16 / 2 ** i;
    if (i < 2) map = g.add('Reshape', [map, g.ints(0, width, side, side)]);
    from = width;
  }
  return resolve(g, g.add('ReduceMean', [map, g.ints(2)], { keepdims: 0 }));
}

test('a stage has one end, with sides where it has some', () => {
  const { found, features } = findFeatures(pyramid(), 'stages');
  expect(found).toBe('stages');
  expect(features.map(({ shape }) => shape)).toEqual([
    [2, 4, 16, 16],
    [2, 6, 8, 8],
    [2, 8, 16],
  ]);
});

test('blocks end with tokens, and none computes nothing', () => {
  const graph = pyramid();
  const { features } = findFeatures(graph, 'blocks');
  expect(features.map(({ shape }) => shape)).toEqual([
    [2, 256, 4],
    [2, 256, 4],
    [2, 64, 6],
    [2, 16, 8],
  ]);
  for (const [i, { id }] of features.entries()) {
    const begin = features[i - 1]?.id ?? graph.input;
    const ops = graph.tape.values.slice(begin + 1, id + 1).map(({ op }) => op);
    expect(ops.some((op) => op === 'Conv' || op === 'MatMul')).toBe(true);
  }
});

test('blocks that nothing joins are those between cut points', () => {
  const g = new GraphBuilder();
  const dims = [3, 3, 3, 3];
  const maps = ['a', 'b', 'c'].reduce(
    (x, name) => g.add('Conv', [x, g.weights({ name, dims, data: zeros(dims) })], { pads: [1, 1, 1, 1] }),
    'x',
  );
  const { features } = findFeatures(resolve(g, g.add('GlobalAveragePool', [maps])), 'blocks');
  expect(features.map(({ shape }) => shape)).toEqual(Array.from({ length: 3 }, () => [2, 3, 32, 32]));
});

test('axes are known again after a convolution, whatever came before', () => {
  const g = new GraphBuilder();
  const conv = (x: string, name: string, weights: readonly number[]) =>
    g.add('Conv', [x, g.weights({ name, dims: weights, data: zeros(weights) })], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    });
  // Mixes channels and positions, as an unfolded image does.
  const mixed = g.add('Reshape', [g.add('Transpose', ['x'], { perm: [0, 2, 1, 3] }), g.ints(0, 48, 8, 8)]);
  const maps = [conv(mixed, 'a', [4, 48, 3, 3])];
  maps.push(conv(maps[0]!, 'b', [4, 4, 3, 3]));
  const { features } = findFeatures(resolve(g, g.add('GlobalAveragePool', [maps[1]!])), 'blocks');
  expect(features.map(({ shape }) => shape)).toEqual([
    [2, 4, 4, 4],
    [2, 4, 2, 2],
  ]);
});
