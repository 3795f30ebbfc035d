// Tests the features of networks of vectors, which have no positions.
import { expect, it } from 'vitest';
import { lastFeature } from '../../../core/graph/branches.js';
import { beginsLate } from '../../../core/graph/feature-coverage.js';
import { graphNetwork, type WantedFeatures } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const CHANNELS = 6;

/** A network of vectors [batch, 6]; `wire` returns its output. */
function build(wire: (g: GraphBuilder) => string, wanted: WantedFeatures = 'stages') {
  const g = new GraphBuilder();
  const value = wire(g);
  const inputs = [{ name: 'x', dims: ['batch', CHANNELS] }];
  const bytes = g.build({ name: 'network', inputs, outputs: [{ name: 'y', value, dims: [] }], opset: 17 });
  const graph = readOnnx({ bytes, file: 'network.onnx' });
  return graphNetwork({ graph, batch: 4, image: [CHANNELS], wanted, file: 'network.onnx' });
}

const linear = (g: GraphBuilder, x: string, before: number, after: number) => {
  const name = `w${before}x${after} of ${x}`;
  return g.add('MatMul', [
    x,
    g.weights({ name, dims: [before, after], data: new Float32Array(before * after) }),
  ]);
};

const operations = ({ features, graph }: ReturnType<typeof build>) =>
  features.map(({ id, shape }) => `${graph.tape.get(id).op} ${shape}`);

/** Of 6, 8, 5 and 3 channels. */
const perceptron = (g: GraphBuilder) =>
  linear(g, g.add('Relu', [linear(g, g.add('Tanh', [linear(g, 'x', 6, 8)]), 8, 5)]), 5, 3);

it('are what each linear layer but the first reads', () => {
  const found = build(perceptron);
  expect(operations(found)).toEqual(['Tanh 4,8', 'Relu 4,5']);
  expect(found.found).toBe('vectors');
  expect(found.features.map(({ positions }) => positions)).toEqual([[1], [1]]);
  expect(found.identities).toBe('worst');
  expect(operations(build(perceptron, 'blocks'))).toEqual(operations(found));
});

it('are no late beginning: the largest layer of a network of vectors is often the first', () => {
  expect(beginsLate(build((g) => linear(g, linear(g, linear(g, 'x', 6, 90), 90, 2), 2, 2)))).toBe(false);
});

it('are residual sums, the vector from which the first of them branches, and what the classifier reads', () => {
  const residual = (g: GraphBuilder, x: string) => g.add('Add', [x, g.add('Relu', [linear(g, x, 8, 8)])]);
  const found = build((g) =>
    linear(g, g.add('Tanh', [residual(g, residual(g, linear(g, 'x', 6, 8)))]), 8, 3),
  );
  expect(operations(found)).toEqual(['MatMul 4,8', 'Add 4,8', 'Add 4,8', 'Tanh 4,8']);
  expect(lastFeature(found.graph)!.id).toBe(found.features.at(-1)!.id);
});

it('are concatenations with what was before', () => {
  const dense = (g: GraphBuilder, x: string, width: number) =>
    g.add('Concat', [x, g.add('Relu', [linear(g, x, width, 4)])], { axis: 1 });
  const found = build((g) => linear(g, dense(g, dense(g, 'x', 6), 10), 14, 3));
  expect(operations(found)).toEqual(['Concat 4,10', 'Concat 4,14']);
});

it('follow maps or tokens where these are one feature alone', () => {
  const found = build((g) => {
    const map = g.add('Reshape', [linear(g, 'x', 6, 8), g.ints(0, 2, 2, 2)]);
    const name = g.weights({ name: 'k', dims: [4, 2, 3, 3], data: new Float32Array(72) });
    const features = g.add('Conv', [map, name], { pads: [1, 1, 1, 1] });
    const pooled = g.add('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
    return linear(g, g.add('Relu', [linear(g, pooled, 4, 7)]), 7, 3);
  });
  expect(found.features.at(-1)!.shape).toEqual([4, 7]);
  expect(found.features.length).toBeGreaterThan(1);
});

it('are residual sums of the longest stream, where branches run side by side', () => {
  const found = build((g) => {
    const cross = (x: string) => g.add('Add', [g.add('Mul', ['x', linear(g, x, 6, 6)]), x]);
    const deep = g.add('Relu', [linear(g, g.add('Relu', [linear(g, 'x', 6, 9)]), 9, 7)]);
    return linear(g, g.add('Concat', [cross(cross(cross('x'))), deep], { axis: 1 }), 13, 3);
  });
  expect(operations(found)).toEqual(['Add 4,6', 'Add 4,6', 'Add 4,6']);
});

it('are none behind the classifier, such as sums of its results', () => {
  const found = build((g) => {
    const scores = perceptron(g);
    return g.add('Sigmoid', [g.add('Add', [scores, g.add('Tanh', [scores])])]);
  });
  expect(operations(found)).toEqual(['Tanh 4,8', 'Relu 4,5']);
});

it('may be named', () => {
  let hidden = '';
  const wire = (g: GraphBuilder) => {
    hidden = linear(g, g.add('Tanh', [linear(g, 'x', 6, 8)]), 8, 5);
    return linear(g, g.add('Relu', [hidden]), 5, 3);
  };
  build(wire);
  const found = build(wire, [hidden, 'y']);
  expect(found.found).toBe('named');
  expect(operations(found)).toEqual(['MatMul 4,5', 'MatMul 4,3']);
});

it('are missing where there is one hidden layer', () => {
  expect(() => build((g) => linear(g, g.add('Relu', [linear(g, 'x', 6, 8)]), 8, 3))).toThrow(
    'has one feature; at least 2 are needed',
  );
});

it.each<[string, readonly number[], object]>([
  ['one number of an image is a linear layer of one input', [1, 3, 5], { kind: 'weight', fanIn: 1 }],
  ['a vector is a scale', [1, 3, 1], { kind: 'scale' }],
])('a weight that multiplies %s', (_, dims, role) => {
  const { roles, graph } = build((g) => {
    const numbers = g.add('Reshape', [linear(g, 'x', 6, 3), g.ints(0, 3, 1)]);
    const data = new Float32Array(dims.reduce((a, b) => a * b));
    const tokens = g.add('Mul', [numbers, g.weights({ name: 'times', dims, data })]);
    const name = g.weights({ name: 'k', dims: [4, 3, 1], data: new Float32Array(12) });
    return linear(
      g,
      linear(g, g.add('ReduceMean', [g.add('Conv', [tokens, name])], { axes: [2], keepdims: 0 }), 4, 4),
      4,
      2,
    );
  });
  expect(roles[graph.weights.findIndex(({ name }) => name === 'times')]).toEqual(role);
});
