// Tests that networks that select elements are refused where they order images, select a number of elements that depends
// on the images, or put out indices; and that indices are no features.
import { expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const BATCH = 4;
const CHANNELS = 6;

/** Two convolutions of maps of 8 x 8, then what `make` writes of their result. */
function network(make: (g: GraphBuilder, x: string) => string, features: readonly string[] = []) {
  const g = new GraphBuilder();
  const conv = (x: string, i: number) => {
    const dims = [CHANNELS, CHANNELS, 1, 1];
    return g.add('Conv', [x, g.weights({ name: `w${i}`, dims, data: new Float32Array(36) })]);
  };
  const value = make(g, g.add('Add', [conv('x', 0), conv(g.add('Relu', [conv('x', 1)]), 2)]));
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', CHANNELS, 8, 8] }],
    outputs: [{ name: 'y', value, dims: [] }],
  });
  const graph = readOnnx({ bytes, file: 'x.onnx' });
  const wanted = features.length > 0 ? features : 'blocks';
  return () => graphNetwork({ graph, batch: BATCH, image: [CHANNELS, 8, 8], wanted, file: 'x.onnx' });
}

const means = (g: GraphBuilder, x: string) => g.add('ReduceMean', [x, g.ints(2, 3)], { keepdims: 0 });
const sorted = (g: GraphBuilder, x: string, [k, axis]: readonly [number, number]) =>
  g.addMany('TopK', [x, g.ints(k)], { attributes: { axis }, results: 2 });
/** The channels of all positions of all images, [batch x positions, channels]. */
const rows = (g: GraphBuilder, x: string) =>
  g.add('Reshape', [g.add('Transpose', [x], { perm: [0, 2, 3, 1] }), g.ints(-1, CHANNELS)]);

const REFUSED: Readonly<Record<string, readonly [make: Parameters<typeof network>[0], says: string]>> = {
  'an order of the images of a batch': [
    (g, x) => sorted(g, means(g, x), [2, 0])[0]!,
    'node "y" (TopK): it orders axis 0 of the shape [4,6]',
  ],
  'the best tokens of all images': [
    (g, x) => sorted(g, rows(g, x), [5, 0])[0]!,
    'orders axis 0 of the shape [256,6]',
  ],
  'the image with the largest value': [
    (g, x) =>
      g.add('Mul', [means(g, x), g.add('Cast', [g.add('ArgMax', [means(g, x)], { axis: 0 })], { to: 1 })]),
    '(ArgMax): it orders axis 0',
  ],
  'as many tokens as are positive': [
    (g, x) => {
      const found = g.add('NonZero', [g.add('Greater', [means(g, x), g.float(0)])]);
      return g.add('GatherND', [means(g, x), g.add('Transpose', [found])]);
    },
    'how many elements it finds depends on images or weights',
  ],
  'predicted classes': [
    (g, x) => g.add('ArgMax', [means(g, x)], { axis: 1 }),
    'output "y" holds the indices',
  ],
  'more elements than there are': [
    (g, x) => sorted(g, means(g, x), [7, 1])[0]!,
    '(TopK): it selects 7 elements of an axis of 6',
  ],
  'an order of booleans': [
    (g, x) => g.add('ArgMax', [g.add('Greater', [means(g, x), g.float(0)])], { axis: 1 }),
    '(ArgMax): its input 0 has numbers of the type bool; must be float or int',
  ],
  'indices that are no integers': [
    (g, x) => g.add('GatherElements', [means(g, x), means(g, x)], { axis: 1 }),
    '(GatherElements): its input 1 has numbers of the type float; must be int',
  ],
  'updates of another shape': [
    (g, x) => {
      const [values, index] = sorted(g, means(g, x), [3, 1]) as [string, string];
      const fewer = g.add('Slice', [values, g.ints(0), g.ints(2), g.ints(1)]);
      return g.add('ScatterElements', [means(g, x), index, fewer], { axis: 1 });
    },
    'its updates have the shape [4,2]; must have that of its indices, [4,3]',
  ],
  'the largest of what is scattered': [
    (g, x) => {
      const [values, index] = sorted(g, means(g, x), [3, 1]) as [string, string];
      return g.add('ScatterElements', [means(g, x), index, values], { axis: 1, reduction: 'max' });
    },
    '(ScatterElements): its reduction "max" is not supported',
  ],
  'indices of more axes than there are': [
    (g, x) => g.add('GatherND', [means(g, x), sorted(g, means(g, x), [3, 1])[1]!]),
    'its indices [4,3] have 3 numbers for the 2 axes of a tensor',
  ],
  'indices of fewer axes than the tensor': [
    (g, x) => g.add('GatherElements', [x, sorted(g, means(g, x), [3, 1])[1]!], { axis: 1 }),
    'its indices have 2 axes; must have 4',
  ],
};

it.each(Object.entries(REFUSED))('%s', (_, [make, says]) => {
  const open = network(make);
  expect(open).toThrow(SpecError);
  expect(open).toThrow(says);
  expect(open).toThrow(/x\.onnx/);
});

it('an order of the tokens of each image is none of the images', () => {
  const tokens = (g: GraphBuilder, x: string) => g.add('Reshape', [x, g.ints(0, CHANNELS, -1)]);
  const open = network((g, x) =>
    means(g, g.add('Unsqueeze', [sorted(g, tokens(g, x), [5, 2])[0]!, g.ints(3)])),
  );
  expect(open().features.length).toBeGreaterThan(1);
});

/** A map that passes through a tensor of indices alone: the nearest of two numbers. */
const quantized = (g: GraphBuilder, x: string) => {
  const index = g.add('ArgMax', [x], { axis: 1 });
  return g.add('Cast', [index], { to: 1 });
};

it('indices through which all paths pass are no feature', () => {
  const { features, graph } = network((g, x) => means(g, g.add('Relu', [quantized(g, x)])))();
  expect(features.map(({ id }) => graph.tape.get(id).type)).not.toContain('int');
});

it('indices cannot be named as a feature', () => {
  const open = network((g, x) => means(g, quantized(g, x)), ['ArgMax_5', 'Cast_6']);
  expect(open).toThrow(
    `its tensor "ArgMax_5" of shape [4,1,8,8] is no feature: it must hold activations, not numbers of the type int`,
  );
});
