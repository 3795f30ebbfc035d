// Tests which initializers of a file are drawn anew, and that the numbers of all others stay.
import { expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { graphOfStructure, structureText } from '../../../core/graph/structure.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { TapeError } from '../../../core/ops/tensor/tape-error.js';

type Change = (g: GraphBuilder, x: string, weight: Weight) => string;
type Weight = (name: string, dims: readonly number[], ...data: readonly number[]) => string;

/** What is read from a network of one convolution of four channels and `change`. */
function read(change: Change) {
  const g = new GraphBuilder();
  const weight: Weight = (name, dims, ...data) => {
    const count = dims.reduce((n, m) => n * m, 1);
    return g.weights({
      name,
      dims,
      data: Float32Array.from({ length: count }, (_, i) => data[i % data.length] ?? 0),
    });
  };
  const conv = g.add('Conv', ['x', weight('conv', [4, 3, 3, 3])], { pads: [1, 1, 1, 1] });
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value: change(g, conv, weight), dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const text = structureText({ graph, constants: new Set() });
  const at = (of: typeof graph) => resolveGraph({ graph: of, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  const resolved = at(graph);
  const roles = weightRoles(resolved);
  return {
    text,
    shape: resolved.tape.shape(resolved.output),
    shapeOfStructure: (() => {
      const again = at(graphOfStructure(text));
      return again.tape.shape(again.output);
    })(),
    roles: Object.fromEntries(resolved.weights.map(({ name }, i) => [name, roles[i]])),
    costs: graphCosts(resolved, roles),
  };
}

it('keeps the scales of a resized map, which a file may hold like weights, also behind other operators', () => {
  const scales = read((g, x, weight) => g.add('Resize', [x, '', weight('scales', [4], 1, 1, 2, 2)]));
  expect(scales).toMatchObject({ shape: [2, 4, 16, 16], shapeOfStructure: [2, 4, 16, 16] });
  expect(Object.keys(scales.roles)).toEqual(['conv']);
  const joined = read((g, x, weight) => {
    const parts = [weight('ones', [2], 1), weight('twos', [2], 2)];
    return g.add('Resize', [x, '', g.add('Concat', parts, { axis: 0 })]);
  });
  expect(joined).toMatchObject({ shape: [2, 4, 16, 16], shapeOfStructure: [2, 4, 16, 16] });
});

it('draws a weight of one element anew: the numbers in the file do not matter, and it counts', () => {
  const withBias = (bias: number) =>
    read((g, x, weight) => g.add('Conv', [x, weight('w', [1, 4, 1, 1]), weight('b', [1], bias)]));
  expect(withBias(-5).text).toBe(withBias(0).text);
  expect(withBias(-5).roles).toMatchObject({ b: { kind: 'shift' } });
  expect(withBias(-5).costs.parameters).toBe(4 * 3 * 9 + 4 + 1);
  const normalized = (mean: number) =>
    read((g, x, weight) => {
      const one = g.add('Conv', [x, weight('w', [1, 4, 1, 1])]);
      const statistics = ['scale', 'shift', 'mean', 'variance'].map((name) => weight(name, [1], mean));
      return g.add('BatchNormalization', [one, ...statistics]);
    });
  expect(normalized(0.3).text).toBe(normalized(0.7).text);
  expect(normalized(0.3).roles).toMatchObject({ scale: { kind: 'scale' }, shift: { kind: 'shift' } });
});

it('recognizes the slopes of PRelu, one or many, also behind operators that only reshape them', () => {
  const direct = (slope: number) => read((g, x, weight) => g.add('PRelu', [x, weight('slope', [1], slope)]));
  expect(direct(0.9).roles).toMatchObject({ slope: { kind: 'slope' } });
  expect(direct(0.9).text).toBe(direct(0.25).text);
  const unsqueezed = read((g, x, weight) =>
    g.add('PRelu', [x, g.add('Unsqueeze', [weight('slope', [4], 0.9), g.ints(1, 2)])]),
  );
  expect(unsqueezed.roles).toMatchObject({ slope: { kind: 'slope' } });
});

it('keeps single numbers of arithmetic', () => {
  const scaled = (by: number) => read((g, x, weight) => g.add('Mul', [x, weight('by', [1], by)]));
  expect(scaled(0.5).text).not.toBe(scaled(2).text);
  expect(Object.keys(scaled(2).roles)).toEqual(['conv']);
});

it('divides the fan-in of a transposed convolution by its groups', () => {
  const { roles } = read((g, x, weight) =>
    g.add('ConvTranspose', [x, weight('grouped', [4, 2, 3, 3])], { group: 4 }),
  );
  expect(roles.grouped).toEqual({ kind: 'weight', fanIn: 9 });
});

it('takes inputs that are read as weights for weights, as in a file that was exported without them', () => {
  const network = (weights: 'inside' | 'inputs', shape: readonly (number | string)[] = [4]) => {
    const g = new GraphBuilder();
    const dims = { conv: [4, 3, 3, 3], scale: [4], shift: [4], mean: [4], variance: [4] };
    const named = (name: keyof typeof dims) =>
      weights === 'inputs'
        ? name
        : g.weights({ name, dims: dims[name], data: new Float32Array(name === 'conv' ? 108 : 4) });
    const conv = g.add('Conv', ['x', named('conv')]);
    const statistics = (['scale', 'shift', 'mean', 'variance'] as const).map(named);
    const value = g.add('BatchNormalization', [conv, ...statistics]);
    const others = Object.entries({ ...dims, shift: shape }).map(([name, own]) => ({ name, dims: own }));
    const bytes = g.build({
      name: 'network',
      inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }, ...(weights === 'inputs' ? others : [])],
      outputs: [{ name: 'y', value, dims: [] }],
    });
    return readOnnx({ bytes, file: 'x.onnx' });
  };
  const text = (graph: ReturnType<typeof network>) => structureText({ graph, constants: new Set() });
  expect(text(network('inputs'))).toBe(text(network('inside')));
  // The size of a weight is known.
  expect(network('inputs', ['any']).inputs).toHaveLength(6);
});

it('leaves out what only further outputs need, as those of an auxiliary head', () => {
  const g = new GraphBuilder();
  const weight = (name: string) => g.weights({ name, dims: [3, 3, 1, 1], data: new Float32Array(9) });
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [2, 3, 8, 8] }],
    outputs: [
      { name: 'y', value: g.add('Conv', ['x', weight('main')]), dims: [] },
      { name: 'aux', value: g.add('NoSuchOperator', [g.add('Conv', ['x', weight('head')])]), dims: [] },
    ],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const resolved = resolveGraph({ graph, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  expect(resolved.weights.map(({ name }) => name)).toEqual(['main']);
  expect(graphCosts(resolved, weightRoles(resolved)).parameters).toBe(9);
});

it('names file and node where a single number in the file is damaged', () => {
  const g = new GraphBuilder();
  const by = g.weights({ name: 'by', dims: [1], data: Float32Array.of(1) });
  const network = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [2, 3, 8, 8] }],
    outputs: [{ name: 'y', value: g.add('Mul', ['x', by]), dims: [] }],
  });
  const graph = readOnnx({ bytes: network, file: 'x.onnx' });
  const damaged = () => {
    throw new TapeError('3 bytes are no multiple of 4', 'damaged-file');
  };
  const initializers = new Map([['by', { ...graph.initializers.get('by')!, read: damaged }]]);
  const resolve = () =>
    resolveGraph({ graph: { ...graph, initializers }, batch: 2, image: [3, 8, 8], file: 'x.onnx' });
  expect(resolve).toThrow(SpecError);
  expect(resolve).toThrow(/x\.onnx: node .*Mul.*3 bytes/);
});

it('bounds of a clipped activation that are converted to its type leave the weights before it weights', () => {
  const { roles } = read((g, x, weight) => {
    const like = (value: number) => g.add('CastLike', [weight(`bound${value}`, [], value), x]);
    return g.add('Clip', [x, like(0), like(6)]);
  });
  expect(roles).toMatchObject({ conv: { kind: 'weight' } });
});

it('a bound that is computed from the images leaves the weights before it weights', () => {
  const { roles } = read((g, x) => g.add('Clip', [x, g.add('ReduceMean', [x], { keepdims: 0 })]));
  expect(roles).toMatchObject({ conv: { kind: 'weight' } });
});

it('draws a learned threshold, and counts it; the numbers in the file do not matter', () => {
  const threshold = (value: number) =>
    read((g, x, weight) => g.add('Max', [x, weight('threshold', [1, 4, 1, 1], value)]));
  expect(threshold(3).text).toBe(threshold(0).text);
  expect(threshold(3).roles).toMatchObject({ threshold: { kind: 'shift' } });
  expect(threshold(3).costs.parameters).toBe(4 * 3 * 9 + 4);
});

it('draws learned queries that weights multiply first, but keeps tables of coordinates', () => {
  const attention = (width: number) =>
    read((g, x, weight) => {
      const queries = g.add('MatMul', [weight('queries', [5, width], 1), weight('matrix', [width, 8])]);
      const keys = g.add('Reshape', [x, g.ints(0, 8, 32)]);
      return g.add('MatMul', [queries, keys]);
    });
  expect(attention(6).roles).toMatchObject({ queries: { kind: 'table' }, matrix: { kind: 'weight' } });
  expect(attention(2).roles).toMatchObject({ queries: { kind: 'constant' }, matrix: { kind: 'weight' } });
});

it('counts products of queries that are repeated for every image once for each', () => {
  const { costs } = read((g, x, weight) => {
    const size = g.add(
      'Concat',
      [g.add('Gather', [g.add('Shape', [x]), g.ints(0)], { axis: 0 }), g.ints(5, 6)],
      { axis: 0 },
    );
    const queries = g.add('Expand', [weight('queries', [1, 5, 6]), size]);
    const product = g.add('MatMul', [queries, weight('matrix', [6, 8])]);
    return g.add('MatMul', [product, g.add('Reshape', [x, g.ints(0, 8, 32)])]);
  });
  expect(costs.macs).toBe(4 * 3 * 9 * 64 + 5 * 6 * 8 + 5 * 8 * 32);
});

it('reads neither running statistics nor biases of zeros', () => {
  const { roles, costs } = read((g, x, weight) => {
    const zeros = g.add('Expand', [g.add('CastLike', [weight('zero', []), x]), g.ints(4)]);
    const conv = g.add('Conv', [x, weight('second', [4, 4, 1, 1]), zeros]);
    const statistics = ['mean', 'variance'].map((name) => g.add('Identity', [weight(name, [4])]));
    return g.add('BatchNormalization', [conv, weight('scale', [4]), weight('shift', [4]), ...statistics]);
  });
  expect(Object.keys(roles)).toEqual(['conv', 'second', 'scale', 'shift']);
  expect(costs.parameters).toBe(4 * 3 * 9 + 16 + 8);
});

it('numbers weights in one order, whatever computes the size to which a token is repeated', () => {
  const withToken = (sizeOf: 'images' | 'patches') =>
    Object.keys(
      read((g, x, weight) => {
        const patches = g.add('Conv', [x, weight('patches', [8, 4, 1, 1])]);
        const tokens = g.add('Reshape', [patches, g.ints(0, 64, 8)]);
        const of = g.add('Shape', [sizeOf === 'images' ? 'x' : tokens]);
        const size = g.add('Concat', [g.add('Gather', [of, g.ints(0)], { axis: 0 }), g.ints(1, 8)], {
          axis: 0,
        });
        return g.add('Concat', [g.add('Expand', [weight('token', [1, 1, 8]), size]), tokens], { axis: 1 });
      }).roles,
    );
  expect(withToken('patches')).toEqual(['token', 'conv', 'patches']);
  expect(withToken('images')).toEqual(withToken('patches'));
});
