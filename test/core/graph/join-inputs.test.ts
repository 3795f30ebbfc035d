// Tests that a network of several inputs is read as one of a single input, which holds the numbers of all.
import { expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { isMuchBeside } from '../../../core/graph/feature-coverage.js';
import { inspectInputs, inspectNetwork } from '../../../core/graph/inspection.js';
import { mainInput } from '../../../core/graph/main-input.js';
import { graphOfStructure, structureDigest, structureText } from '../../../core/graph/structure.js';
import type { GraphBuilder } from '../../../core/onnx/graph.js';
import { build, type Input, network, weight } from '../../support/networks-of-inputs.js';

const IMAGE: Input = { name: 'image', dims: ['batch', 3, 8, 8] };
const VECTOR: Input = { name: 'vector', dims: ['batch', 5] };
const [LEFT, RIGHT] = ['left', 'right'].map((name) => ({ ...IMAGE, name })) as [Input, Input];

/** Three convolutions, the second and third with stride 2. The names of weights begin with `prefix`. */
function tower(g: GraphBuilder, x: string, { prefix = '', channels = 3 } = {}): string {
  const kernel = (i: number, before: number) => weight(g, `${prefix}${i}`, [4, before, 3, 3]);
  const conv = (from: string, i: number, strides: readonly number[]) =>
    g.add('Relu', [
      g.add('Conv', [from, kernel(i, i === 0 ? channels : 4)], { pads: [1, 1, 1, 1], strides }),
    ]);
  return conv(conv(conv(x, 0, [1, 1]), 1, [2, 2]), 2, [2, 2]);
}

const mean = (g: GraphBuilder, x: string) => g.add('ReduceMean', [x], { axes: [2, 3], keepdims: 0 });

/** An image, and a vector that is joined before the classifier. */
const withVector =
  (image = 'image', vector = 'vector') =>
  (g: GraphBuilder) => {
    const joined = g.add('Concat', [mean(g, tower(g, image)), vector], { axis: 1 });
    return g.add('MatMul', [joined, weight(g, 'head', [9, 2])]);
  };

/** The difference of the embeddings of two images. */
const difference =
  (a = 'left', b = 'right') =>
  (g: GraphBuilder) => {
    const embeddings = [a, b].map((x) => mean(g, tower(g, x)));
    return g.add('MatMul', [g.add('Sub', embeddings), weight(g, 'head', [4, 2])]);
  };

const digest = (graph: ReturnType<typeof build>) =>
  structureDigest(structureText({ graph, constants: new Set() }));

it('reads all inputs from one, the largest first', () => {
  const graph = build([VECTOR, IMAGE], withVector());
  expect(graph.inputs.map(({ shape }) => shape)).toEqual([[undefined, 3 * 8 * 8 + 5]]);
  expect(graph.parts).toEqual(['image', 'vector']);
  expect(inspectInputs(network(graph))).toEqual([
    { name: 'image', shape: [3, 8, 8] },
    { name: 'vector', shape: [5] },
  ]);
  for (const batch of [1, 3])
    expect(network(graph, batch).graph.tape.shape(network(graph, batch).graph.output)).toEqual([batch, 2]);
});

it.each([11, 12, 13, 20])('splits them as operator set %i does', (opset) => {
  const graph = build([IMAGE, VECTOR], withVector(), opset);
  const split = graph.nodes.find(({ op }) => op === 'Split')!;
  expect(split.inputs).toHaveLength(opset < 13 ? 1 : 2);
  expect('split' in split.attributes).toBe(opset < 13);
  expect(network(graph).features).toHaveLength(3);
});

it('has a structure that depends neither on the names nor on the order of the inputs', () => {
  const one = digest(build([IMAGE, VECTOR], withVector()));
  expect(digest(build([VECTOR, IMAGE], withVector()))).toBe(one);
  const renamed = [
    { ...VECTOR, name: 'a' },
    { ...IMAGE, name: 'b' },
  ];
  expect(digest(build(renamed, withVector('b', 'a')))).toBe(one);
  const two = digest(build([LEFT, RIGHT], difference()));
  expect(digest(build([RIGHT, LEFT], difference()))).toBe(two);
  expect(digest(build([LEFT, RIGHT], difference('right', 'left')))).toBe(two);
  expect(two).not.toBe(one);
});

it('has a structure from which the same network is read', () => {
  const text = structureText({ graph: build([LEFT, RIGHT], difference()), constants: new Set() });
  const again = graphOfStructure(text);
  expect(again.parts).toHaveLength(2);
  expect(structureText({ graph: again, constants: new Set() })).toBe(text);
  expect(network(again).features.map(({ shape }) => shape)).toEqual([
    [2, 4, 8, 8],
    [2, 4, 4, 4],
    [2, 4, 2, 2],
  ]);
});

it('finds features behind the input from which most is computed, and costs of all', () => {
  const streams = build([LEFT, { ...RIGHT, dims: ['batch', 6, 8, 8] }], (g) => {
    const maps = [tower(g, 'left'), tower(g, 'right', { prefix: 'r', channels: 6 })];
    return g.add('MatMul', [
      g.add(
        'Concat',
        maps.map((x) => mean(g, x)),
        { axis: 1 },
      ),
      weight(g, 'head', [8, 2]),
    ]);
  });
  const found = network(streams);
  const { graph, features, costs } = found;
  expect(graph.names.get(mainInput(graph))).toBe('right');
  expect(features).toHaveLength(3);
  expect(features.every(({ id }) => graph.tape.values[id]!.op === 'Relu')).toBe(true);
  expect(costs.parameters).toBe(36 * (3 + 4 + 4) + 36 * (6 + 4 + 4) + 16);
  expect(costs.macs).toBe(36 * (64 * (3 + 6) + 2 * 4 * (16 + 4)) + 16);
  expect(isMuchBeside(found)).toBe(true);
  const operators = inspectNetwork({ graph: streams, network: found }).map((block) => block.operators);
  expect(operators[0]).toEqual({ Conv: 1, Relu: 1 });
  expect(operators.at(-1)).toEqual({ Conv: 3, Relu: 3, ReduceMean: 2, Concat: 1, MatMul: 1 });
});

it('knows that the second tower of a siamese network has the weights of the first', () => {
  const found = network(build([LEFT, RIGHT], difference()));
  expect(found.graph.names.get(mainInput(found.graph))).toBe('left');
  expect(isMuchBeside(found)).toBe(false);
});

it.each<[string, (g: GraphBuilder) => string, number]>([
  ['on top of one another', (g) => g.add('Concat', ['left', 'right'], { axis: 1 }), 6],
  ['as a difference', (g) => g.add('Abs', [g.add('Sub', ['left', 'right'])]), 3],
])('takes images %s for images, and for no feature', (_, join, channels) => {
  const graph = build([LEFT, RIGHT], (g) => mean(g, tower(g, join(g), { channels })));
  expect(network(graph).features.map(({ shape }) => shape[1])).toEqual([4, 4, 4]);
});

it('leaves out an input that nothing reads', () => {
  const wire = (g: GraphBuilder) => mean(g, tower(g, 'image'));
  const alone = build([IMAGE], wire);
  for (const other of [VECTOR, { ...VECTOR, type: 'int64' as const }]) {
    const graph = build([other, IMAGE], wire);
    expect(graph.inputs).toEqual(alone.inputs);
    expect(graph.parts).toBeUndefined();
    expect(digest(graph)).toBe(digest(alone));
  }
});

it('reads numbers without an axis of their own, one for each image', () => {
  const age: Input = { name: 'age', dims: ['batch'] };
  const graph = build([age, IMAGE], (g) => {
    const column = g.add('Unsqueeze', ['age', g.ints(1)]);
    return g.add('Concat', [mean(g, tower(g, 'image')), column], { axis: 1 });
  });
  expect(inspectInputs(network(graph)).map(({ shape }) => shape)).toEqual([[3, 8, 8], []]);
  expect(network(graph, 3).graph.tape.shape(network(graph, 3).graph.output)).toEqual([3, 5]);
});

it('takes no input of a file with weights for a weight because a matrix product reads it', () => {
  const words: Input = { name: 'words', dims: [2, 4, 5] };
  const wire = (g: GraphBuilder) => {
    const embedded = g.add('MatMul', ['words', weight(g, 'embed', [5, 4])]);
    return g.add('Add', [
      mean(g, tower(g, 'image')),
      g.add('ReduceMean', [embedded], { axes: [1], keepdims: 0 }),
    ]);
  };
  const graph = build([{ ...IMAGE, dims: [2, 3, 8, 8] }, words], wire);
  expect(graph.parts).toEqual(['image', 'words']);
});

it('tells the inputs of a file without weights from the weights, if their batch is open', () => {
  const dims = { kernel: [4, 3, 3, 3], head: [9, 2] };
  const given = (place: 'inside' | 'inputs') => (g: GraphBuilder) => {
    const named = (name: keyof typeof dims) => (place === 'inputs' ? name : weight(g, name, dims[name]));
    const joined = g.add('Concat', [mean(g, g.add('Conv', ['image', named('kernel')])), 'vector'], {
      axis: 1,
    });
    return g.add('MatMul', [joined, named('head')]);
  };
  const weights = Object.entries(dims).map(([name, own]) => ({ name, dims: own }));
  const without = build([IMAGE, VECTOR, ...weights], given('inputs'));
  expect(without.parts).toEqual(['image', 'vector']);
  expect(digest(without)).toBe(digest(build([IMAGE, VECTOR], given('inside'))));
});

it.each<[string, readonly Input[], RegExp]>([
  [
    'a size that is open',
    [{ ...IMAGE, dims: ['batch', 3, 'height', 8] }, VECTOR],
    /^network\.onnx: has several inputs, and the size of "image" \[any, 3, any, 8\] is open; must be fixed in every axis but the batch/,
  ],
  [
    'batches that differ',
    [IMAGE, { ...VECTOR, dims: [2, 5] }],
    /^network\.onnx: has 2 inputs, "image" \[any, 3, 8, 8\], "vector" \[2, 5\], whose batches, their first axes, differ/,
  ],
])('refuses %s', (_, inputs, message) => {
  const read = () => build(inputs, withVector());
  expect(read).toThrow(SpecError);
  expect(read).toThrow(message);
});

it('refuses integers beside an image that are looked up in no table', () => {
  const graph = build([IMAGE, { ...VECTOR, type: 'int64' }], (g) =>
    g.add('Concat', [mean(g, tower(g, 'image')), g.add('Cast', ['vector'], { to: 1 })], { axis: 1 }),
  );
  expect(() => network(graph)).toThrow(
    'has 2 inputs (image, vector); must have one, several of floats or of integers that are looked up in tables, or token ids',
  );
});

it('refuses more inputs than can be followed, and orders shapes of one size by their first axis', () => {
  const [wide, long] = [
    { name: 'wide', dims: ['batch', 16, 8] },
    { name: 'long', dims: ['batch', 8, 16] },
  ] as const;
  const shapes = build([wide, long], (g) => {
    const sum = g.add('Add', [g.add('Transpose', ['wide'], { perm: [0, 2, 1] }), 'long']);
    return g.add('MatMul', [sum, weight(g, 'w', [16, 4])]);
  });
  expect(shapes.parts).toEqual(['long', 'wide']);
  const many = Array.from({ length: 257 }, (_, i) => ({ ...VECTOR, name: `v${i}` }));
  const sum = (g: GraphBuilder) => many.map(({ name }) => name).reduce((a, b) => g.add('Add', [a, b]));
  expect(() => build(many, sum)).toThrow('has 257 inputs; must have at most 256');
});
