// Tests the models that are written by reading them back.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { decodeModel } from '../../../core/onnx/proto.js';
import { tensorValues } from '../../../core/onnx/tensor-values.js';

const x = { name: 'x', dims: ['batch', 3] };

/** The model in which these values are outputs, named y0, y1 and so on. */
function written(g: GraphBuilder, values: readonly string[], more: { opset?: number; notes?: boolean } = {}) {
  const outputs = values.map((value, i) => ({ name: `y${i}`, value, dims: [] }));
  // A buffer's parts would be buffers, which equal no arrays.
  return decodeModel(Uint8Array.from(g.build({ name: 'graph', inputs: [x], outputs, ...more })));
}
const nodesOf = (model: ReturnType<typeof decodeModel>) =>
  model.graph!.nodes!.map(({ opType, inputs, outputs }) => [opType, inputs, outputs]);

it('a node with another number of results is another node', () => {
  const g = new GraphBuilder();
  const attributes = { axis: 1 };
  const halves = g.addMany('Split', ['x'], { attributes, results: 2 });
  const thirds = g.addMany('Split', ['x'], { attributes, results: 3 });
  expect(new Set([...halves, ...thirds]).size).toBe(5);
  expect(g.addMany('Split', ['x'], { attributes, results: 3 })).toBe(thirds);
});

it('adds a node once, unless type, inputs or attributes differ', () => {
  const g = new GraphBuilder();
  const first = g.add('Softmax', ['x'], { axis: 1 });
  expect(g.add('Softmax', ['x'], { axis: 1 })).toBe(first);
  const others = [
    g.add('Softmax', ['x'], { axis: 0 }),
    g.add('LogSoftmax', ['x'], { axis: 1 }),
    g.add('Softmax', ['z'], { axis: 1 }),
    g.add('Softmax', ['x']),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
  expect(g.nodes).toBe(5);
  expect([g.reads('z'), g.reads(first)]).toEqual([true, false]);
});

it('writes what outputs depend on, in order, under their names', () => {
  const g = new GraphBuilder();
  const relu = g.add('Relu', ['x']);
  g.add('Tanh', [relu]);
  const [one, other] = g.addMany('Split', [relu], { results: 2 });
  expect(nodesOf(written(g, [other!, relu]))).toEqual([
    ['Relu', ['x'], ['y1']],
    ['Split', ['y1'], [one, 'y0']],
  ]);
});

it('copies a value with two names, and an input that is an output', () => {
  const g = new GraphBuilder();
  const relu = g.add('Relu', ['x']);
  expect(nodesOf(written(g, [relu, relu, 'x']))).toEqual([
    ['Relu', ['x'], ['y0']],
    ['Identity', ['y0'], ['y1']],
    ['Identity', ['x'], ['y2']],
  ]);
});

it('keeps constants of other numbers, types or shapes apart', () => {
  const g = new GraphBuilder();
  const numbers = { data: [1, 2], dims: [2] };
  const names = [
    g.ints(1, 2),
    g.ints(1, 3),
    g.float(1),
    g.floats(1),
    g.tensor({ type: 'int64', ...numbers }),
    g.tensor({ type: 'float', ...numbers }),
    g.tensor({ type: 'float', ...numbers, dims: [2, 1] }),
    g.weights({ name: 'w', dims: [2], data: Float32Array.of(9, 5, 6, 9).subarray(1, 3) }),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(g.tensor({ type: 'float', ...numbers })).toBe(names[5]);
  const { initializers = [] } = written(g, [g.add('Relu', ['x'])]).graph!;
  const read = new Map(initializers.map((each) => [each.name, each]));
  const found = names.map((name) => {
    const { dataType, dims = [] } = read.get(name)!;
    return [dataType, dims, [...tensorValues(read.get(name)!)!]];
  });
  expect(found).toEqual([
    [7, [2], [1, 2]],
    [7, [2], [1, 3]],
    [1, [], [1]],
    [1, [1], [1]],
    [7, [2], [1, 2]],
    [1, [2], [1, 2]],
    [1, [2, 1], [1, 2]],
    [1, [2], [5, 6]],
  ]);
});

it('writes attributes with their types', () => {
  const g = new GraphBuilder();
  const attributes = {
    whole: 3,
    wholes: [1, 2],
    text: 'a',
    texts: ['a', 'b'],
    float: { float: 0.5 },
  };
  const [node] = written(g, [g.add('Some', ['x'], attributes)]).graph!.nodes!;
  const text = (of: string) => Uint8Array.from(of, (each) => each.charCodeAt(0));
  expect(node!.attributes).toEqual([
    { name: 'whole', i: 3, type: 2 },
    { name: 'wholes', ints: [1, 2], type: 7 },
    { name: 'text', s: text('a'), type: 3 },
    { name: 'texts', strings: [text('a'), text('b')], type: 8 },
    { name: 'float', f: 0.5, type: 1 },
  ]);
});

it('lists the operator sets of its nodes and of their subgraphs', () => {
  const body = new GraphBuilder();
  const outputs = [{ name: 'y', value: body.add('Inner@of.body', ['x']), dims: [] }];
  const g = new GraphBuilder();
  const relu = g.add('Relu@of.graph', ['x']);
  const inner = body.body({ name: 'body', inputs: [], outputs });
  g.addOver({ type: 'Scan', inputs: [relu], outputs: ['scanned'], attributes: {}, body: inner });
  const model = written(g, ['scanned'], { opset: 17 });
  expect(model.irVersion).toBe(8);
  expect(new Map(model.opsets!.map(({ domain = '', version }) => [domain, version]))).toEqual(
    new Map([
      ['', 17],
      ['of.graph', 1],
      ['of.body', 1],
    ]),
  );
  expect(model.graph!.nodes!.map(({ opType, domain }) => [opType, domain])).toEqual([
    ['Relu', 'of.graph'],
    ['Scan', undefined],
  ]);
  expect(model.graph!.nodes![1]!.attributes).toMatchObject([{ name: 'body', type: 5, g: { name: 'body' } }]);
  expect(written(new GraphBuilder(), ['x']).opsets).toEqual([{ domain: '', version: 18 }]);
});

it('declares shapes of values that are neither inputs nor outputs', () => {
  const g = new GraphBuilder();
  const [inner, outer] = [g.declare(g.add('Relu', ['x']), [2, 3]), g.declare(g.add('Tanh', ['x']), [2, 3])];
  g.declare('x', [2, 3]);
  const model = written(g, [g.add('Abs', [inner]), outer]);
  expect(model.graph!.values!.map(({ name }) => name)).toEqual([inner]);
});

it('writes ports with their types and dimensions', () => {
  const g = new GraphBuilder();
  const inputs = [
    x,
    { name: 'ids', dims: [4], type: 'int64' } as const,
    { name: 'i', dims: [], type: 'int32' } as const,
  ];
  const model = decodeModel(
    g.build({ name: 'graph', inputs, outputs: [{ name: 'y', value: 'x', dims: [2] }] }),
  );
  const ports = [...model.graph!.inputs!, ...model.graph!.outputs!].map(({ name, type }) => [
    name,
    type!.tensorType!.elementType,
    type!.tensorType!.shape!.dims ?? [],
  ]);
  expect(ports).toEqual([
    ['x', 1, [{ parameter: 'batch' }, { value: 3 }]],
    ['ids', 7, [{ value: 4 }]],
    ['i', 6, []],
    ['y', 1, [{ value: 2 }]],
  ]);
});

it('notes constants that are not trained, if asked to: neither weights, nor single numbers, nor integers', () => {
  const g = new GraphBuilder();
  const data = Float32Array.of(1, 2, 3);
  const sum = [
    g.weights({ name: 'w', dims: [3], data }),
    g.weights({ name: 'b', dims: [3], data, isBuffer: true }),
    g.floats(1, 2, 3),
    g.tensor({ type: 'float', dims: [1, 3], data: [4, 5, 6] }),
    g.float(7),
  ].reduce((one, other) => g.add('Add', [one, other]), 'x');
  const out = g.add('Reshape', [sum, g.ints(-1, 3)]);
  const noted = (notes: boolean) =>
    (written(g, [out], { notes }).graph!.values ?? [])
      .filter(({ metadata = [] }) => metadata.some(({ value }) => value === 'CONSTANT_TENSOR'))
      .map(({ name }) => name);
  expect(noted(true)).toEqual(['b', 'f_1_2_3_', 'c_0']);
  expect(noted(false)).toEqual([]);
});
