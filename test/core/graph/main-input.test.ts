// Tests which input of several features lie behind, that a sum with what another input gives ends no block, and how
// images are told apart where batches are concatenated.
import { expect, it, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { findNamedAxes } from '../../../core/graph/axis-meanings.js';
import { withKeptBatch } from '../../../core/graph/free-batch.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { initializer, type MessageField, model, node } from '../../support/onnx-messages.js';

type Dims = readonly (number | string)[];
interface Network {
  readonly inputs: Readonly<Record<string, Dims>>;
  /** Writes the nodes and returns the output. */
  readonly wire: (g: GraphBuilder) => string;
}

function read({ inputs, wire }: Network) {
  const g = new GraphBuilder();
  const value = wire(g);
  const ports = Object.entries(inputs).map(([name, dims]) => ({ name, dims }));
  const bytes = g.build({ name: 'network', inputs: ports, outputs: [{ name: 'y', value, dims: [] }] });
  return readOnnx({ bytes, file: 'network.onnx' });
}

const BATCH = 4;
function networkOf(network: Network) {
  const graph = read(network);
  const image = graph.inputs[0]!.shape.slice(1) as number[];
  return graphNetwork({ graph, batch: BATCH, image, wanted: 'blocks', file: 'network.onnx' });
}
const featuresOf = (network: Network) => networkOf(network).features.map(({ name }) => name);

const weight = (g: GraphBuilder, name: string, dims: readonly number[]) =>
  g.weights({ name, dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });
const conv = (g: GraphBuilder, x: string, { name = '', from = 4, stride = 1 }) =>
  g.add('Relu', [
    g.add('Conv', [x, weight(g, `${name}.w`, [4, from, 3, 3])], {
      pads: [1, 1, 1, 1],
      strides: [stride, stride],
    }),
  ]);
const classified = (g: GraphBuilder, x: string) =>
  g.add('MatMul', [g.add('ReduceMean', [x, g.ints(2, 3)], { keepdims: 0 }), weight(g, 'head', [4, 2])]);

const IMAGE = ['batch', 3, 16, 16];

test('a stream that gives its maps to another in every stage is not the main one', () => {
  const sums: string[] = [];
  const features = featuresOf({
    inputs: { depth: IMAGE, color: IMAGE },
    wire: (g) => {
      let [depth, color] = ['depth', 'color'];
      for (const [i, from] of [3, 4, 4].entries()) {
        depth = conv(g, depth, { name: `d${i}`, from, stride: 2 });
        color = g.add('Add', [conv(g, color, { name: `c${i}`, from, stride: 2 }), depth]);
        sums.push(color);
      }
      return classified(g, color);
    },
  });
  expect(features.length).toBeGreaterThanOrEqual(3);
  expect(sums.slice(0, 2).some((sum) => features.includes(sum))).toBe(true);
});

test('a sum with what another input gives ends no block, because its Jacobian is the identity', () => {
  let sum = '';
  const features = featuresOf({
    inputs: { image: IMAGE, other: IMAGE },
    wire: (g) => {
      const first = conv(g, conv(g, 'image', { name: 'a', from: 3 }), { name: 'b', stride: 2 });
      sum = g.add('Add', [first, conv(g, 'other', { name: 'c', from: 3, stride: 2 })]);
      return classified(g, conv(g, conv(g, sum, { name: 'd' }), { name: 'e', stride: 2 }));
    },
  });
  expect(features.length).toBeGreaterThanOrEqual(2);
  expect(features).not.toContain(sum);
});

test('an image is the main input, whatever a vector costs', () => {
  const width = 512;
  const found = featuresOf({
    inputs: { vector: ['batch', width], image: IMAGE },
    wire: (g) => {
      let x = 'vector';
      for (const i of [0, 1]) x = g.add('Relu', [g.add('MatMul', [x, weight(g, `v${i}`, [width, width])])]);
      const map = conv(g, conv(g, conv(g, 'image', { name: 'a', from: 3 }), { name: 'b', stride: 2 }), {
        name: 'c',
      });
      const mean = g.add('ReduceMean', [map, g.ints(2, 3)], { keepdims: 0 });
      return g.add('MatMul', [g.add('Concat', [mean, x], { axis: 1 }), weight(g, 'head', [4 + width, 2])]);
    },
  });
  expect(found.length).toBeGreaterThanOrEqual(2);
});

test('batches that are concatenated lie before the images of each', () => {
  const { graph } = networkOf({
    inputs: { left: IMAGE, right: IMAGE },
    wire: (g) => {
      const both = conv(g, g.add('Concat', ['left', 'right'], { axis: 0 }), {
        name: 'a',
        from: 3,
        stride: 2,
      });
      const maps = conv(g, both, { name: 'b' });
      const [left, right] = g.addMany('Split', [maps, g.ints(BATCH, BATCH)], {
        attributes: { axis: 0 },
        results: 2,
      }) as [string, string];
      const joined = conv(g, g.add('Sub', [left, right]), { name: 'c', stride: 2 });
      return classified(g, conv(g, joined, { name: 'd' }));
    },
  });
  const axes = findNamedAxes(graph);
  const joined = graph.tape.values.filter(({ op, shape }) => op === 'Conv' && shape[0] === 2 * BATCH);
  expect(joined).toHaveLength(2);
  for (const { id } of joined) expect(axes[id]!.images).toEqual({ axis: 0, before: 2 });
});

it('keeps no batch of the export for a network that accepts any', () => {
  const graph = read({
    inputs: { image: IMAGE },
    wire: (g) => classified(g, conv(g, 'image', { name: 'a', from: 3 })),
  });
  expect(withKeptBatch({ graph, image: [3, 16, 16] })).toBeUndefined();
});

const STEM: readonly MessageField[] = [
  initializer('w', [4, 3, 3, 3], 1),
  node('Conv', ['x', 'w'], ['a']),
  node('GlobalAveragePool', ['a'], ['y']),
];
/** ValueInfoProto of a tensor of floats [2, 3, 8, 8]. */
const floats = (name: string): readonly MessageField[] => [
  [1, name],
  [
    2,
    [
      [
        1,
        [
          [1, 1],
          [2, [2, 3, 8, 8].map((n): MessageField => [1, [[1, n]]])],
        ],
      ],
    ],
  ],
];

it.each([
  ['that is named by nothing', [...STEM, [12, [[1, '']]]], 'its first output, "", is the result of no node'],
  ['that is a weight', [...STEM, [12, [[1, 'w']]]], 'its first output, "w", is the result of no node'],
  ['of two inputs of one name', [...STEM, [11, floats('x')]], 'it has two inputs named "x"'],
] as const)('refuses a network %s', (_, graph, says) => {
  const bytes = model({ graph });
  expect(() => readOnnx({ bytes, file: 'my.onnx' })).toThrow(SpecError);
  expect(() => readOnnx({ bytes, file: 'my.onnx' })).toThrow(says);
});
