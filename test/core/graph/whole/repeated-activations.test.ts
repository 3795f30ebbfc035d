// Tests that activation functions and normalizations count as often as a network applies them, although equal
// values are computed once.
import { expect, test } from 'vitest';
import { readOnnx } from '../../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../../core/graph/resolve.js';
import { weightRoles } from '../../../../core/graph/weight-roles.js';
import { wholeOfBlocks } from '../../../../core/graph/whole/from-blocks.js';
import { anatomyOf } from '../../../../core/graph/whole/layers.js';
import { wholeOfGraph } from '../../../../core/graph/whole/network.js';
import { GraphBuilder } from '../../../../core/onnx/graph.js';
import { openSpace } from '../../../../core/spaces/index.js';

const resolution = 16;
const batch = 2;

function anatomyOfFile(bytes: Uint8Array) {
  const graph = resolveGraph({
    graph: readOnnx({ bytes, file: 'x.onnx' }),
    batch,
    image: [3, resolution, resolution],
    file: 'x.onnx',
  });
  return anatomyOf(wholeOfGraph(graph, weightRoles(graph)));
}

const total = (parts: readonly { readonly times: number }[]) =>
  parts.reduce((sum, { times }) => sum + times, 0);

test('in NAS-Bench-201 each convolution has a ReLU of its own', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  // Node 0 feeds three convolutions, node 1 two.
  const candidate =
    '|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|skip_connect~2|';
  const network = space.network({ candidate, resolution });
  const own = anatomyOf(wholeOfBlocks({ network, batch, resolution }));
  // 15 cells of 5 convolutions, 2 reductions of 2, and the classifier's.
  expect(total(own.activations)).toBe(15 * 5 + 2 * 2 + 1);
});

test('in a file each node counts', () => {
  const g = new GraphBuilder();
  const weight = (name: string, dims: readonly number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const conv = g.add('Conv', ['x', weight('a', [4, 3, 1, 1])]);
  const normal = (name: string) =>
    g.add('BatchNormalization', [
      conv,
      ...['scale', 'shift', 'mean', 'variance'].map((part) => weight(`${name}.${part}`, [4])),
    ]);
  const sum = g.add('Add', [g.add('Relu', [normal('first')]), g.add('Relu', [normal('second')])]);
  const again = g.add('Add', [g.add('Relu', [sum]), g.add('Relu', [g.add('Identity', [sum])])]);
  const bytes = g.build({
    name: 'repeated',
    inputs: [{ name: 'x', dims: ['batch', 3, resolution, resolution] }],
    outputs: [{ name: 'y', value: g.add('GlobalAveragePool', [again]), dims: [] }],
  });
  const { activations, normalizations } = anatomyOfFile(bytes);
  expect(activations.map(({ times }) => times)).toEqual([1, 1, 2]);
  expect(normalizations.map(({ times }) => times)).toEqual([2]);
});
