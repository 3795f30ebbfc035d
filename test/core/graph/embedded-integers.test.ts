// Tests that integers which are looked up in tables are read as rows of these tables.
import { expect, it } from 'vitest';
import { inspectInputs, inspectNetwork } from '../../../core/graph/inspection.js';
import { graphOfStructure, structureDigest, structureText } from '../../../core/graph/structure.js';
import type { GraphBuilder } from '../../../core/onnx/graph.js';
import { build, type Input, network, weight } from '../../support/networks-of-inputs.js';

const CATEGORIES: Input = { name: 'categories', dims: ['batch', 3], type: 'int64' };
const NUMBERS: Input = { name: 'numbers', dims: ['batch', 4] };

const text = (graph: ReturnType<typeof build>) => structureText({ graph, constants: new Set() });

const table = (g: GraphBuilder, name: string, index: string, dims: readonly [number, number]) =>
  g.add('Gather', [weight(g, name, dims), index]);

const column = (g: GraphBuilder, i: number) =>
  g.add('Squeeze', [g.add('Gather', ['categories', g.ints(i)], { axis: 1 }), g.ints(1)]);

/** Two hidden layers of 7 and 5 channels, and a classifier of 2 classes. */
function classify(g: GraphBuilder, parts: readonly string[], width: number): string {
  const joined = g.add('Concat', parts, { axis: 1 });
  const hidden = g.add('Relu', [g.add('MatMul', [joined, weight(g, 'w1', [width, 7])])]);
  const next = g.add('Relu', [g.add('MatMul', [hidden, weight(g, 'w2', [7, 5])])]);
  return g.add('MatMul', [next, weight(g, 'w3', [5, 2])]);
}

/** A table for each of two categories, and numbers. */
const tabular = (g: GraphBuilder) =>
  classify(
    g,
    [table(g, 'a', column(g, 0), [9, 6]), table(g, 'b', column(g, 1), [20, 2]), 'numbers'],
    6 + 2 + 4,
  );

it('reads one row for each lookup, the widest first, and numbers beside them', () => {
  const graph = build([CATEGORIES, NUMBERS], tabular);
  expect(graph.inputs.map(({ shape }) => shape)).toEqual([[undefined, 6 + 4 + 2]]);
  const found = network(graph);
  expect(inspectInputs(found).map(({ shape }) => shape)).toEqual([[6], [4], [2]]);
  expect(found.features.map(({ shape }) => shape)).toEqual([
    [2, 7],
    [2, 5],
  ]);
  expect(found.found).toBe('vectors');
  expect(found.costs).toEqual({ macs: 12 * 7 + 35 + 10, parameters: 54 + 40 + 84 + 35 + 10 });
  expect(inspectNetwork({ graph, network: found })[0]!.parameters).toBe(54 + 40 + 84);
});

it('has a structure that depends on no names, and from which the same network is read', () => {
  const graph = build([CATEGORIES, NUMBERS], tabular);
  const again = graphOfStructure(text(graph));
  expect(text(again)).toBe(text(graph));
  expect(again.embedded).toHaveLength(2);
  expect(network(again).costs).toEqual(network(graph).costs);
  const other = build([NUMBERS, CATEGORIES], tabular);
  expect(structureDigest(text(other))).toBe(structureDigest(text(graph)));
});

it('looks up what is computed from integers alone, and counts a table once', () => {
  const graph = build([CATEGORIES, { ...CATEGORIES, name: 'more' }], (g) => {
    const rows = ['categories', 'more'].map((name, i) => {
      const shared = i === 0 ? weight(g, 'rows', [40, 6]) : 'rows';
      return g.add('Gather', [shared, g.add('Add', [name, g.ints(0, 10, 20)])]);
    });
    const means = rows.map((x) => g.add('ReduceMean', [x], { axes: [1], keepdims: 0 }));
    return classify(g, means, 12);
  });
  const found = network(graph);
  expect(inspectInputs(found).map(({ shape }) => shape)).toEqual([
    [3, 6],
    [3, 6],
  ]);
  expect(found.costs.parameters).toBe(240 + 84 + 35 + 10);
});

it('reads the same rows where one lookup is written twice, and keeps a table that is read otherwise', () => {
  const graph = build([CATEGORIES], (g) => {
    const rows = weight(g, 'rows', [40, 6]);
    const [one, again] = [0, 1].map(() => g.add('Gather', [rows, column(g, 0)])) as [string, string];
    const scores = g.add('MatMul', [
      g.add('Concat', [one, again], { axis: 1 }),
      g.add('Concat', [rows, rows], { axis: 0 }),
    ]);
    return scores;
  });
  expect(graph.inputs.map(({ shape }) => shape)).toEqual([[undefined, 6]]);
  expect(graph.tableSize).toBe(0);
  expect(graph.nodes.filter(({ op }) => op === 'Gather')).toEqual([]);
});

it('computes masks from known integers, of which none is below 4, and reads masks beside them', () => {
  const mask: Input = { name: 'attention_mask', dims: ['batch', 3] };
  let kept = '';
  const graph = build([CATEGORIES, NUMBERS, mask], (g) => {
    const known = g.add('Cast', [g.add('Greater', ['categories', g.ints(4)])], { to: 1 });
    kept = g.add('Mul', [known, 'attention_mask']);
    const rows = table(g, 'rows', g.add('Add', ['categories', g.ints(1)]), [40, 6]);
    const masked = g.add('Mul', [rows, g.add('Unsqueeze', [kept, g.ints(2)])]);
    return classify(g, [g.add('ReduceSum', [masked, g.ints(1)], { keepdims: 0 }), 'numbers'], 10);
  });
  const { tape, named } = network(graph).graph;
  // Of the integers 4, 5 and 6, the first is not greater than 4.
  expect([...tape.get(named.get(kept)!).constant!]).toEqual(
    Array.from({ length: 2 }, () => [0, 1, 1]).flat(),
  );
});

it('reads rows for integers of any number of axes, whose last one then holds channels', () => {
  const sentences: Input = { name: 'sentences', dims: ['batch', 2, 3], type: 'int64' };
  const graph = build([sentences], (g) => table(g, 'rows', 'sentences', [40, 6]));
  expect(graph.inputs.map(({ shape }) => shape)).toEqual([[undefined, 2, 3, 6]]);
  expect(graph.tableSize).toBe(240);
});

it('takes an image with a category for an image', () => {
  const image: Input = { name: 'image', dims: ['batch', 3, 16, 16] };
  const kind: Input = { name: 'kind', dims: ['batch'], type: 'int64' };
  const graph = build([kind, image], (g) => {
    const conv = (x: string, i: number, before: number) =>
      g.add('Relu', [
        g.add('Conv', [x, weight(g, `k${i}`, [6, before, 3, 3])], { pads: [1, 1, 1, 1], strides: [2, 2] }),
      ]);
    const maps = conv(conv(conv('image', 0, 3), 1, 6), 2, 6);
    const pooled = g.add('ReduceMean', [maps], { axes: [2, 3], keepdims: 0 });
    return classify(g, [pooled, table(g, 'rows', 'kind', [8, 5])], 11);
  });
  const { found, features } = network(graph);
  expect(found).toBe('stages');
  expect(features.map(({ positions }) => positions)).toEqual([
    [8, 8],
    [4, 4],
    [2, 2],
  ]);
});

it.each<[string, readonly Input[], (g: GraphBuilder) => string, RegExp]>([
  [
    'integers that are looked up nowhere',
    [CATEGORIES, NUMBERS],
    (g) => classify(g, [g.add('Cast', ['categories'], { to: 1 }), 'numbers'], 7),
    /^network\.onnx: has 2 inputs .*must have one, several of floats or of integers that are looked up in tables/,
  ],
  [
    'a mask of floats whose name does not say what it holds',
    [CATEGORIES, { ...NUMBERS, name: 'keep_mask', dims: ['batch', 3] }],
    (g) => {
      const rows = table(g, 'rows', 'categories', [40, 6]);
      const masked = g.add('Mul', [rows, g.add('Unsqueeze', ['keep_mask', g.ints(2)])]);
      return classify(g, [g.add('ReduceSum', [masked, g.ints(1)], { keepdims: 0 })], 6);
    },
    /^network\.onnx: has 2 inputs \(categories, keep_mask\); must have one/,
  ],
  [
    'a size that is open',
    [{ ...CATEGORIES, dims: ['batch', 'columns'] }, NUMBERS],
    tabular,
    /^network\.onnx: has several inputs, and the size of "categories" \[any, any\] is open/,
  ],
  [
    'more lookups than can be followed',
    [CATEGORIES, NUMBERS],
    (g) => {
      const index = (i: number) => g.add('Add', [column(g, 0), g.ints(i)]);
      const rows = Array.from({ length: 256 }, (_, i) => table(g, `t${i}`, index(i), [9, 1]));
      return classify(g, [...rows, 'numbers'], 260);
    },
    /^network\.onnx: has 257 inputs; must have at most 256/,
  ],
  [
    'more integers than fit in memory',
    [{ ...CATEGORIES, dims: ['batch', 2 ** 25] }, NUMBERS],
    tabular,
    /^network\.onnx: is not a readable ONNX network: the numbers of input "categories" has 33554432 elements/,
  ],
])('refuses %s', (_, inputs, wire, message) => {
  expect(() => network(build(inputs, wire))).toThrow(message);
});
