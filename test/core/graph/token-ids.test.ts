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
  beside = [],
  dims = ['batch', LENGTH],
  besideDims = dims,
  moved,
  after,
}: TextArguments = {}) {
  const g = new GraphBuilder();
  const table = g.weights({ name: 'table', dims: [IDS, CHANNELS], data: new Float32Array(IDS * CHANNELS) });
  const looked = g.add('Gather', [table, moved?.(g, 'ids') ?? 'ids']);
  const stream = after?.(g, looked) ?? looked;
  const weight = g.weights({ name: 'w', dims: [CHANNELS, 3], data: new Float32Array(CHANNELS * 3) });
  const bytes = g.build({
    name: 'text',
    inputs: [
      { name: 'ids', dims, type: 'int64' },
      ...beside.map((name) => ({ name, dims: besideDims, type: 'int64' as const })),
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

it.each([
  ['attention_mask', 1],
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

it('counts positions that are an input from 0', () => {
  const graph = text({
    beside: ['position_ids'],
    after: (g, x) => {
      const rows = new Float32Array(LENGTH * CHANNELS);
      const places = g.weights({ name: 'places', dims: [LENGTH, CHANNELS], data: rows });
      return g.add('Add', [x, g.add('Gather', [places, 'position_ids'])]);
    },
  });
  const { tape } = resolved(graph, 1);
  const looked = tape.values.find(({ op }) => op === 'Gather');
  expect([...tape.get(looked!.inputs[1]!).constant!]).toEqual([0, 1, 2, 3, 4, 5]);
});

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
