// Tests what is found of networks that sample maps at computed positions: layers, roles of weights, costs, features.
import { expect, it } from 'vitest';
import { graphCosts } from '../../../core/graph/costs.js';
import { cutPoints } from '../../../core/graph/features.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { anatomyOf } from '../../../core/graph/whole/layers.js';
import { wholeOfGraph } from '../../../core/graph/whole/network.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const weight = (g: GraphBuilder, name: string, ...dims: number[]) =>
  g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });

/** Resolves a network of two images [4, 8, 8], whose output is the mean over the positions of the map that `make` returns. */
function network(make: (g: GraphBuilder) => string) {
  const g = new GraphBuilder();
  const value = g.add('Flatten', [g.add('GlobalAveragePool', [make(g)])]);
  const inputs = [{ name: 'x', dims: ['batch', 4, 8, 8] }];
  const bytes = g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }] });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [4, 8, 8], file: 'x.onnx' });
  return { resolved, roles: weightRoles(resolved) };
}

const offsets = (g: GraphBuilder, x: string) =>
  g.add('Conv', [x, weight(g, 'offset', 36, 4, 3, 3)], { strides: [2, 2], pads: [1, 1, 1, 1] });

/** A deformable convolution with two groups of channels, and two of offsets. */
const deformed = (g: GraphBuilder) =>
  g.add('DeformConv', ['x', weight(g, 'kernel', 6, 2, 3, 3), offsets(g, 'x'), weight(g, 'bias', 6)], {
    group: 2,
    offset_group: 2,
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });

it('a deformable convolution has the costs and the weight of a convolution', () => {
  const { resolved, roles } = network(deformed);
  const [ofOffsets, ofKernel] = [36 * 16 * (4 * 9), 6 * 16 * (2 * 9)];
  expect(graphCosts(resolved, roles)).toEqual({
    macs: ofOffsets + ofKernel,
    parameters: 36 * 4 * 9 + 6 * 2 * 9 + 6,
  });
  const names = resolved.weights.map(({ name }) => name);
  expect(Object.fromEntries(names.map((name, i) => [name, roles[i]]))).toEqual({
    offset: { kind: 'weight', fanIn: 4 * 9 },
    kernel: { kind: 'weight', fanIn: 2 * 9 },
    bias: { kind: 'shift' },
  });
});

it('a deformable convolution is a layer behind the one that computes its offsets', () => {
  const { resolved, roles } = network(deformed);
  const { layers, depth, outputs } = anatomyOf(wholeOfGraph(resolved, roles));
  expect(layers.map(({ shape, isProportional }) => ({ shape, isProportional }))).toEqual([
    { shape: [36, 4, 3, 3], isProportional: true },
    { shape: [6, 2, 3, 3], isProportional: true },
  ]);
  expect([depth, outputs]).toEqual([2, 36 * 16 + 6 * 16]);
});

it('sampled maps are features, and grids are not', () => {
  const { resolved } = network((g) => {
    const map = g.add('Relu', [g.add('Conv', ['x', weight(g, 'stem', 6, 4, 1, 1)])]);
    const flow = g.add('Conv', [map, weight(g, 'flow', 2, 6, 1, 1)], { strides: [2, 2] });
    const sampled = g.add('GridSample', [map, g.add('Transpose', [flow], { perm: [0, 2, 3, 1] })]);
    return g.add('Conv', [sampled, weight(g, 'last', 5, 6, 1, 1)]);
  });
  const found = cutPoints(resolved).map(({ shape, channelAxis }) => [shape, channelAxis]);
  expect(found).toEqual([
    [[2, 6, 8, 8], 1],
    [[2, 6, 8, 8], 1],
    [[2, 6, 4, 4], 1],
    [[2, 5, 4, 4], 1],
  ]);
});

it('a learned map that is sampled is drawn as a table', () => {
  const { resolved, roles } = network((g) => {
    const map = g.add('Expand', [weight(g, 'planes', 1, 3, 6, 6), g.ints(2, 1, 1, 1)]);
    return g.add('GridSample', [map, g.add('Reshape', ['x', g.ints(2, 16, 8, 2)])]);
  });
  expect(resolved.weights.map(({ name }, i) => [name, roles[i]])).toEqual([['planes', { kind: 'table' }]]);
});

it('a grid that no image changes keeps its numbers', () => {
  const { resolved, roles } = network((g) => g.add('GridSample', ['x', weight(g, 'grid', 2, 3, 5, 2)]));
  expect(resolved.weights).toEqual([]);
  expect(graphCosts(resolved, roles)).toEqual({ macs: 0, parameters: 0 });
  expect(resolved.tape.values.filter(({ op }) => op !== undefined).map(({ op }) => op)).toEqual([
    'Interpolate',
    'ReduceMean',
    'Reshape',
  ]);
});
