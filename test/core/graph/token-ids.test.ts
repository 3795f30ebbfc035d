// Tests that a network of token ids is read as one of the embeddings of its tokens.
import { expect, it } from 'vitest';
import { graphCosts } from '../../../core/graph/costs.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { graphOfStructure, structureDigest, structureText } from '../../../core/graph/structure.js';
import { weightRoles } from '../../../core/graph/weight-roles.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const FLOAT = 1;
const [IDS, LENGTH, CHANNELS] = [50, 6, 4];

type Dims = readonly (number | string)[];
interface TextArguments {
  /** The name and the type of the ids, and the type of the inputs beside them. */
  readonly ids?: string;
  readonly type?: 'float' | 'int64';
  readonly besideType?: 'float' | 'int64';
  /** Names of the inputs beside the ids. */
  readonly beside?: readonly string[];
  readonly dims?: Dims;
  readonly besideDims?: Dims | undefined;
  /** Moves ids in front of the table. */
  readonly moved?: (g: GraphBuilder, ids: string) => string;
  /** Moves the embeddings back, and may use the ids and the inputs beside them. */
  readonly after?: (g: GraphBuilder, embedded: string) => string;
}

/** Ids, a table, and a linear layer. */
function text({
  ids = 'ids',
  type = 'int64',
  besideType = 'int64',
  beside = [],
  dims = ['batch', LENGTH],
  besideDims = dims,
  moved,
  after,
}: TextArguments = {}) {
  const g = new GraphBuilder();
  const table = g.weights({ name: 'table', dims: [IDS, CHANNELS], data: new Float32Array(IDS * CHANNELS) });
  const looked = g.add('Gather', [table, moved?.(g, ids) ?? ids]);
  const stream = after?.(g, looked) ?? looked;
  const weight = g.weights({ name: 'w', dims: [CHANNELS, 3], data: new Float32Array(CHANNELS * 3) });
  const bytes = g.build({
    name: 'text',
    inputs: [
      { name: ids, dims, type },
      ...beside.map((name) => ({ name, dims: besideDims, type: besideType })),
    ],
    outputs: [{ name: 'y', value: g.add('MatMul', [stream, weight]), dims: ['batch', LENGTH, 3] }],
  });
  return readOnnx({ bytes, file: 'text.onnx' });
}

const resolved = (graph: ReturnType<typeof text>, batch = 2) =>
  resolveGraph({ graph, batch, image: [LENGTH, CHANNELS], file: 'text.onnx' });

it('reads the embeddings in place of the ids, and counts the table', () => {
  const graph = text();
  expect(graph.inputs).toEqual([{ name: 'ids', shape: [undefined, LENGTH, CHANNELS] }]);
  const network = resolved(graph, 3);
  // The rows that are looked up are the input itself, so that the product reads it.
  const product = network.tape.values.find(({ op }) => op === 'MatMul');
  expect(product!.inputs[0]).toBe(network.input);
  expect(graphCosts(network, weightRoles(network)).parameters).toBe(IDS * CHANNELS + CHANNELS * 3);
});

it('has a structure from which the same network is read', () => {
  const written = structureText({ graph: text(), constants: new Set() });
  const again = graphOfStructure(written);
  expect(again.inputs).toEqual([{ name: 'x', shape: [undefined, LENGTH, CHANNELS] }]);
  expect(structureDigest(structureText({ graph: again, constants: new Set() }))).toBe(
    structureDigest(written),
  );
  const network = resolved(again);
  expect(graphCosts(network, weightRoles(network)).parameters).toBe(IDS * CHANNELS + CHANNELS * 3);
});

it.each<[string, TextArguments]>([
  ['reshaped', { moved: (g, ids) => g.add('Reshape', [ids, g.ints(-1, LENGTH)]) }],
  ['sliced whole', { moved: (g, ids) => g.add('Slice', [ids, g.ints(-LENGTH), g.ints(2 ** 40), g.ints(1)]) }],
  [
    'with positions first',
    {
      moved: (g, ids) => g.add('Transpose', [ids], { perm: [1, 0] }),
      after: (g, x) => g.add('Transpose', [x], { perm: [1, 0, 2] }),
    },
  ],
])('follows ids that are %s', (_, options) => {
  const network = resolved(text(options));
  expect(network.tape.values.some(({ op }) => op === 'Gather')).toBe(false);
  expect(network.tape.shape(network.output)).toEqual([2, LENGTH, 3]);
});

it('computes masks of padding from known ids, of which none is padding', () => {
  const masked = text({
    after: (g, x) => {
      const kept = g.add('Not', [g.add('Equal', ['ids', g.tensor({ type: 'int64', dims: [], data: [0] })])]);
      const mask = g.add('Unsqueeze', [g.add('Cast', [kept], { to: FLOAT }), g.ints(-1)]);
      return g.add('Mul', [x, mask]);
    },
  });
  const { tape } = resolved(masked);
  const mask = tape.values.find(({ op, inputs }) => op === 'Mul' && tape.get(inputs[1]!).constant);
  expect([...tape.get(mask!.inputs[1]!).constant!]).toEqual(Array(2 * LENGTH).fill(1));
});

it('knows ids, from 4 on, for whatever is computed from them beside the embeddings', () => {
  const graph = text({
    after: (g, x) =>
      g.add('Add', [x, g.add('Unsqueeze', [g.add('Cast', ['ids'], { to: FLOAT }), g.ints(-1)])]),
  });
  const { tape } = resolved(graph);
  const sum = tape.values.find(({ op, inputs }) => op === 'Add' && tape.get(inputs[1]!).constant);
  expect([...tape.get(sum!.inputs[1]!).constant!]).toEqual([4, 5, 6, 7, 8, 9, 4, 5, 6, 7, 8, 9]);
});

it('knows a mask of floats', () => {
  const graph = text({
    beside: ['attention_mask'],
    besideType: 'float',
    after: (g, x) => g.add('Mul', [x, g.add('Unsqueeze', ['attention_mask', g.ints(-1)])]),
  });
  const { tape } = resolved(graph);
  const product = tape.values.find(({ op, inputs }) => op === 'Mul' && tape.get(inputs[1]!).constant);
  expect(tape.get(product!.inputs[1]!).type ?? 'float').toBe('float');
  expect([...tape.get(product!.inputs[1]!).constant!]).toEqual(Array(2 * LENGTH).fill(1));
});

it.each([
  ['attention_mask', 1],
  ['attentionMask', 1],
  ['paddingMask', 0],
  ['segment_ids', 0],
  ['src_key_padding_mask', 0],
  ['token_type_ids', 0],
])('knows what the input %s holds', (name, value) => {
  const graph = text({
    beside: [name],
    after: (g, x) =>
      g.add('Add', [x, g.add('Unsqueeze', [g.add('Cast', [name], { to: FLOAT }), g.ints(-1)])]),
  });
  const { tape } = resolved(graph);
  const sum = tape.values.find(({ op, inputs }) => op === 'Add' && tape.get(inputs[1]!).constant);
  expect([...tape.get(sum!.inputs[1]!).constant!]).toEqual(Array(2 * LENGTH).fill(value));
});

it.each(['position_ids', 'positions', 'positionId'])(
  'counts positions that are the input %s from 0',
  (name) => {
    const graph = text({
      beside: [name],
      after: (g, x) => {
        const rows = new Float32Array(LENGTH * CHANNELS);
        const places = g.weights({ name: 'places', dims: [LENGTH, CHANNELS], data: rows });
        return g.add('Add', [x, g.add('Gather', [places, name])]);
      },
    });
    const { tape } = resolved(graph, 1);
    const looked = tape.values.find(({ op }) => op === 'Gather');
    expect([...tape.get(looked!.inputs[1]!).constant!]).toEqual([0, 1, 2, 3, 4, 5]);
  },
);

it('finds the last token of a text by the largest place, as networks of causal attention do', () => {
  const graph = text({
    after: (g, x) => {
      const last = g.add('ArgMax', ['ids'], { axis: 1, keepdims: 1 });
      return g.add('Mul', [x, g.add('Unsqueeze', [g.add('Cast', [last], { to: FLOAT }), g.ints(-1)])]);
    },
  });
  const { tape } = resolved(graph);
  const product = tape.values.find(({ op, inputs }) => op === 'Mul' && tape.get(inputs[1]!).constant);
  expect([...tape.get(product!.inputs[1]!).constant!]).toEqual([LENGTH - 1, LENGTH - 1]);
});

it('leaves out of the table what other nodes read too, which counts it as a weight', () => {
  const graph = text({
    after: (g, x) =>
      g.add('MatMul', [g.add('MatMul', [x, g.add('Transpose', ['table'], { perm: [1, 0] })]), 'table']),
  });
  expect(graph.tableSize).toBe(0);
  const network = resolved(graph);
  expect(graphCosts(network, weightRoles(network)).parameters).toBe(IDS * CHANNELS + CHANNELS * 3);
});

it.each([
  ['another mask, which may let tokens pass or hide them', 'attn_mask', undefined],
  ['a mask of another length', 'attention_mask', [2, LENGTH + 1]],
])('refuses %s', (_, name, axes) => {
  const ofMask = (g: GraphBuilder, x: string) =>
    g.add('Add', [x, g.add('ReduceMean', [g.add('Cast', [name], { to: FLOAT })])]);
  const graph = () => text({ beside: [name], besideDims: axes, after: ofMask });
  expect(() => resolved(graph())).toThrow(`has 2 inputs (ids, ${name}); must have one`);
});

it('refuses other networks of several inputs, with their names', () => {
  expect(() =>
    resolved(
      text({
        beside: ['prices'],
        after: (g, x) =>
          g.add('Add', [x, g.add('Unsqueeze', [g.add('Cast', ['prices'], { to: FLOAT }), g.ints(-1)])]),
      }),
    ),
  ).toThrow(/has 2 inputs \(ids, prices\)/);
});

it('reads the embeddings wherever the table is looked up', () => {
  const again = (g: GraphBuilder) => g.add('Gather', ['table', g.add('Identity', ['ids'])]);
  const graph = text({ after: (g, x) => g.add('Add', [x, again(g)]) });
  expect(graph.nodes.some(({ inputs }) => inputs.includes('table'))).toBe(false);
});

it('takes the largest of several tables', () => {
  const small = (g: GraphBuilder) =>
    g.weights({ name: 'small', dims: [IDS, CHANNELS - 1], data: new Float32Array(IDS * (CHANNELS - 1)) });
  const one = (g: GraphBuilder) => g.add('ReduceMean', [g.add('Gather', [small(g), 'ids']), g.ints(-1)]);
  let mean = '';
  const graph = text({
    moved: (g, ids) => {
      mean = one(g);
      return ids;
    },
    after: (g, x) => g.add('Add', [x, mean]),
  });
  expect(graph.inputs).toEqual([{ name: 'ids', shape: [undefined, LENGTH, CHANNELS] }]);
  expect(graph.tableSize).toBe(IDS * CHANNELS);
});

it('takes a single input for ids, whatever its name', () => {
  expect(text({ ids: 'token_type' }).inputs).toEqual([
    { name: 'token_type', shape: [undefined, LENGTH, CHANNELS] },
  ]);
});

const INT = 7;
const other = (dims: readonly number[], axis: number) => (g: GraphBuilder) => {
  const table = g.weights({ name: 'w', dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });
  return g.add('Gather', [table, 'ids'], { axis });
};
it.each<[string, Dims, 'float' | 'int64', (g: GraphBuilder) => string]>([
  ['looks columns up', ['batch', LENGTH], 'int64', other([CHANNELS, IDS], 1)],
  ['looks numbers up', ['batch', LENGTH], 'int64', other([IDS], 0)],
  ['looks matrices up', ['batch', LENGTH], 'int64', other([IDS, CHANNELS, CHANNELS], 0)],
  [
    'looks integers up',
    ['batch', LENGTH],
    'int64',
    (g) => {
      const data = new Array(IDS * CHANNELS).fill(1);
      const table = g.tensor({ type: 'int64', dims: [IDS, CHANNELS], data });
      return g.add('Cast', [g.add('Gather', [table, 'ids'])], { to: FLOAT });
    },
  ],
  [
    'is of floats',
    ['batch', LENGTH],
    'float',
    (g) => {
      const table = g.weights({ name: 'w', dims: [IDS, CHANNELS], data: new Float32Array(IDS * CHANNELS) });
      return g.add('Gather', [table, g.add('Cast', ['ids'], { to: INT })]);
    },
  ],
])('an input that %s stays what it is', (_, dims, type, make) => {
  const g = new GraphBuilder();
  const value = make(g);
  const bytes = g.build({
    name: 'other',
    inputs: [{ name: 'ids', dims, type }],
    outputs: [{ name: 'y', value, dims: [] }],
  });
  const shape = dims.map((n) => (typeof n === 'number' ? n : undefined));
  expect(readOnnx({ bytes, file: 'x.onnx' }).inputs).toEqual([{ name: 'ids', shape }]);
});

it('an input of integers that is no table of tokens stays an image', () => {
  const g = new GraphBuilder();
  const weight = g.weights({ name: 'w', dims: [LENGTH, 3], data: new Float32Array(LENGTH * 3) });
  const bytes = g.build({
    name: 'numbers',
    inputs: [{ name: 'x', dims: ['batch', LENGTH], type: 'int64' }],
    outputs: [
      {
        name: 'y',
        value: g.add('MatMul', [g.add('Cast', ['x'], { to: FLOAT }), weight]),
        dims: ['batch', 3],
      },
    ],
  });
  expect(readOnnx({ bytes, file: 'x.onnx' }).inputs).toEqual([{ name: 'x', shape: [undefined, LENGTH] }]);
});
