// Tests that attributes and types that make no sense are refused with node and reason, before anything runs.
import { expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const weight = (g: GraphBuilder, ...dims: number[]) =>
  g.weights({ name: `w${dims}`, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
const tensor = (g: GraphBuilder, dims: readonly number[], ...data: number[]) =>
  g.tensor({ type: 'int64', dims, data });
const window = { kernel_shape: [2, 2] };
/** `x` with zeros to maps of this size. */
const padded = (g: GraphBuilder, height: number, width: number) =>
  g.add('Pad', ['x', g.ints(0, 0, 0, 0, 0, 0, height - 8, width - 8)]);

/** The images as real numbers of a Fourier transform: [2, 4, 8, 8, 1]. */
const single = (g: GraphBuilder) => g.add('Unsqueeze', ['x', g.ints(4)]);
const number = (g: GraphBuilder, value: number) => g.tensor({ type: 'int64', dims: [], data: [value] });

const CASES: Readonly<Record<string, readonly [make: (g: GraphBuilder) => string, says: string]>> = {
  'padding of no kind': [
    (g) => g.add('Conv', ['x', weight(g, 4, 4, 3, 3)], { auto_pad: 'WEIRD' }),
    'auto_pad is "WEIRD"',
  ],
  'a kernel that is not that of the weight': [
    (g) => g.add('Conv', ['x', weight(g, 4, 4, 3, 3)], { kernel_shape: [5, 5] }),
    'kernel_shape is [5,5]',
  ],
  'a convolution of integers': [
    (g) => g.add('Conv', [g.add('Cast', ['x'], { to: 7 }), weight(g, 4, 4, 1, 1)]),
    'input 0 has numbers of the type int',
  ],
  'an output padding as large as the stride': [
    (g) => g.add('ConvTranspose', ['x', weight(g, 4, 4, 3, 3)], { output_padding: [1, 1] }),
    'output_padding [1,1]',
  ],
  'a pad without its numbers': [(g) => g.add('Pad', ['x']), 'its pads are []; must be 8 numbers'],
  'channels that become blocks of no side': [
    (g) => g.add('DepthToSpace', ['x'], { blocksize: 0 }),
    'blocksize is 0; must be a whole number of at least 1',
  ],
  'positions that become blocks of a negative side': [
    (g) => g.add('SpaceToDepth', ['x'], { blocksize: -2 }),
    'blocksize is -2; must be',
  ],
  'a normalization of no groups': [
    (g) => g.add('GroupNormalization', ['x', weight(g, 4), weight(g, 4)], { num_groups: 0 }),
    'num_groups is 0; must be',
  ],
  'windows in the padding alone': [
    (g) => g.add('MaxPool', ['x'], { ...window, pads: [2, 2, 2, 2] }),
    'pads [2,2,2,2]',
  ],
  'the diagonal of matrices that would need a large mask': [
    (g) => g.add('Einsum', [padded(g, 9_000, 9_000)], { equation: 'bcii->bci' }),
    'the constants of the graph have more than',
  ],
  'an average over a dilated window of many elements': [
    (g) =>
      g.add('AveragePool', [padded(g, 18_000, 9_000)], { kernel_shape: [9_000, 9_000], dilations: [2, 1] }),
    'the constants of the graph have more than',
  ],
  'averages over many dilated windows': [
    (g) => g.add('AveragePool', [padded(g, 9_000, 9_000)], { kernel_shape: [2, 1], dilations: [2, 1] }),
    'the constants of the graph have more than',
  ],
  'attention with keys of earlier steps': [
    (g) => g.add('Attention', ['x', 'x', 'x', '', 'x', 'x']),
    'it has past_key, a cache of earlier steps; must have none',
  ],
  'attention whose heads do not divide the channels': [
    (g) => {
      const tokens = g.add('Reshape', ['x', g.ints(2, 4, 64)]);
      return g.add('Attention', [tokens, tokens, tokens], { q_num_heads: 5, kv_num_heads: 4 });
    },
    'its attribute q_num_heads is 5; must divide the 64 channels of its input 0, of shape [2,4,64]',
  ],
  'attention to matrices': [
    (g) => g.add('Attention', [g.add('Reshape', ['x', g.ints(8, 64)]), 'x', 'x']),
    'its input 0 has shape [8,64]; must be [batch, heads, length, channels] or [batch, length, channels]',
  ],
  'attention with a negative scale': [
    (g) => g.add('Attention', ['x', 'x', 'x'], { scale: { float: -1 } }),
    'its attribute scale is -1; must be above 0',
  ],
  'attention with a mask for one key, which could be repeated or padded': [
    (g) => g.add('Attention', ['x', 'x', 'x', weight(g, 8, 1)]),
    'its mask has shape [8,1]; its last size must be that of the keys, 8',
  ],
  'attention of 4 heads to 3': [
    (g) => g.add('Attention', ['x', weight(g, 2, 3, 8, 8), weight(g, 2, 3, 8, 8)]),
    'it has 4 heads of queries and 3 of keys',
  ],
  'attention with a mask for fewer keys': [
    (g) => g.add('Attention', ['x', 'x', 'x', weight(g, 8, 5)]),
    'its mask has shape [8,5]; its last size must be that of the keys, 8',
  ],
  'causal attention to very many keys': [
    (g) => {
      const many = padded(g, 9_000, 8);
      return g.add('Attention', [many, many, many], { is_causal: 1 });
    },
    'the constants of the graph have more than',
  ],
  'a Fourier transform of what is no pair': [
    (g) => g.add('DFT', ['x']),
    'the last axis must have 1 or 2 parts',
  ],
  'a Fourier transform along the pair': [
    (g) => g.add('DFT', [single(g)], { axis: -1 }),
    'its axis is that of the real and the imaginary part',
  ],
  'a real signal from a real half of a spectrum': [
    (g) => g.add('DFT', [single(g)], { inverse: 1, onesided: 1 }),
    'onesided needs complex numbers',
  ],
  'a Fourier transform that is too long': [
    (g) => g.add('DFT', [single(g), number(g, 2 ** 31)]),
    'transforms an axis of 4 to a length of 2147483648',
  ],
  'windows that do not move': [
    (g) => g.add('STFT', [g.add('Reshape', ['x', g.ints(0, -1, 1)]), number(g, 0), '', number(g, 8)]),
    'one begins every 0',
  ],
  'windows that are longer than the signal': [
    (g) => g.add('STFT', [g.add('Reshape', ['x', g.ints(0, -1, 1)]), number(g, 2), '', number(g, 999)]),
    'its windows have 999 samples',
  ],
  'samples by another mode': [
    (g) => g.add('GridSample', ['x', weight(g, 2, 3, 3, 2)], { mode: 'spline' }),
    'its mode "spline" is not supported; bilinear, linear, nearest, bicubic, cubic are',
  ],
  'cubic interpolation of volumes': [
    (g) =>
      g.add('GridSample', [g.add('Unsqueeze', ['x', g.ints(4)]), weight(g, 2, 3, 3, 3, 3)], {
        mode: 'cubic',
      }),
    'its mode "cubic" is not supported for 3 sides of a map; it is for 2',
  ],
  'samples beyond edges that are of no kind': [
    (g) => g.add('GridSample', ['x', weight(g, 2, 3, 3, 2)], { padding_mode: 'wrap' }),
    'its padding_mode "wrap" is not supported; zeros, border, reflection are',
  ],
  'maps with many sides': [
    (g) =>
      g.add('GridSample', [g.add('Reshape', ['x', g.ints(2, 4, 2, 2, 2, 8)]), weight(g, 2, 1, 1, 1, 1, 4)]),
    'its map has 4 sides; at most 3 are supported',
  ],
  'maps without elements': [
    (g) =>
      g.add('GridSample', [g.add('Slice', ['x', g.ints(0), g.ints(0), g.ints(3)]), weight(g, 2, 3, 3, 2)]),
    'it samples maps of shape [2,4,8,0], which have no elements',
  ],
  'a grid of volumes for a map': [
    (g) => g.add('GridSample', ['x', weight(g, 2, 3, 3, 3)]),
    'its grid has the shape [2,3,3,3]; must be [2, ...samples, 2] for a map of shape [2,4,8,8]',
  ],
  'a grid for other images': [
    (g) => g.add('GridSample', ['x', weight(g, 3, 3, 3, 2)]),
    'its grid has the shape [3,3,3,2]; must be [2, ...samples, 2]',
  ],
  'a grid of whole numbers': [
    (g) => g.add('GridSample', ['x', g.add('Cast', [weight(g, 2, 3, 3, 2)], { to: 7 })]),
    'input 1 has numbers of the type int',
  ],
  'more samples than a tensor may hold': [
    (g) => {
      const grid = g.add('Expand', [g.add('Slice', ['x', g.ints(0), g.ints(2), g.ints(3)]), g.ints(1)]);
      return g.add('GridSample', [
        g.add('Tile', ['x', g.ints(1, 200, 1, 1)]),
        g.add('Tile', [g.add('Reshape', [grid, g.ints(2, 4, 8, 2)]), g.ints(1, 500, 500, 1)]),
      ]);
    },
    'would have the shape [2,800,2000,4000], which is too large',
  ],
  'a grid of a negative size': [
    (g) => g.add('AffineGrid', [g.add('Reshape', [padded(g, 3, 1), g.ints(4, 2, 3)]), g.ints(4, 3, 4, -5)]),
    'for the size [4,3,4,-5]',
  ],
  'matrices for another size of maps': [
    (g) => g.add('AffineGrid', [g.add('Reshape', ['x', g.ints(2, -1, 2)]), g.ints(2, 3, 4, 5)]),
    'its input 0 has shape [2,128,2]; must be [images, sides, sides + 1] for the size [2,3,4,5]',
  ],
  'the centres of the outer elements of one element': [
    (g) =>
      g.add('AffineGrid', [g.add('Reshape', [padded(g, 3, 1), g.ints(4, 2, 3)]), g.ints(4, 3, 1, 5)], {
        align_corners: 1,
      }),
    'it has align_corners for the sides [1,5]; sides must have more than one element',
  ],
  'a deformable convolution whose groups do not divide the channels': [
    (g) => g.add('DeformConv', ['x', weight(g, 4, 4, 3, 3), weight(g, 2, 54, 6, 6)], { offset_group: 3 }),
    'its attribute offset_group is 3; must divide the 4 channels of its input 0, of shape [2,4,8,8]',
  ],
  'offsets for other windows': [
    (g) => g.add('DeformConv', ['x', weight(g, 4, 4, 3, 3), weight(g, 2, 18, 8, 8)]),
    'its input 2 has shape [2,18,8,8]; must be [2,18,6,6]',
  ],
  'a mask for other windows': [
    (g) =>
      g.add('DeformConv', ['x', weight(g, 4, 4, 3, 3), weight(g, 2, 18, 6, 6), '', weight(g, 2, 18, 6, 6)]),
    'its input 4 has shape [2,18,6,6]; must be [2,9,6,6]',
  ],
  'a deformable convolution of volumes': [
    (g) =>
      g.add('DeformConv', [
        g.add('Unsqueeze', ['x', g.ints(4)]),
        weight(g, 4, 4, 3, 3, 1),
        weight(g, 2, 27, 6, 6, 1),
      ]),
    'its input 0 has shape [2,4,8,8,1]; must be [images, channels, height, width]',
  ],
  'a norm of order 0': [(g) => g.add('LpPool', ['x'], { ...window, p: 0 }), 'p is 0'],
  'an order that lacks axes': [(g) => g.add('Transpose', ['x'], { perm: [0, 1] }), 'perm is [0,1]'],
  'an order that repeats an axis': [
    (g) => g.add('Transpose', ['x'], { perm: [0, 1, 1, 3] }),
    'perm is [0,1,1,3]',
  ],
  'a concatenation along no axis': [(g) => g.add('Concat', ['x', 'x']), 'axis is missing'],
  'more cut off than there is': [
    (g) => g.add('Pad', ['x', g.ints(0, 0, -9, 0, 0, 0, 0, 0)]),
    'cuts 9 elements off an axis of 8',
  ],
  'more cut off at both ends than there is': [
    (g) => g.add('Pad', ['x', g.ints(0, 0, -4, 0, 0, 0, -5, 0)]),
    'cuts 9 elements off an axis of 8',
  ],
  'a reflection beyond the map': [
    (g) => g.add('Pad', ['x', g.ints(0, 0, 8, 0, 0, 0, 0, 0)], { mode: 'reflect' }),
    'reflects 8 elements of an axis of 8',
  ],
  'slices that are multiplied': [
    (g) => g.add('ScatterND', ['x', tensor(g, [1, 1], 0), weight(g, 1, 4, 8, 8)], { reduction: 'mul' }),
    'reduction "mul" is not supported',
  ],
  'batches of indices for a tensor with other batches': [
    (g) => g.add('GatherND', [weight(g, 3, 4), tensor(g, [2, 1], 0, 1)], { batch_dims: 1 }),
    'batch_dims is 1 for the shapes [3,4] and [2,1]',
  ],
  'an index outside its batch': [
    (g) => g.add('GatherND', [weight(g, 2, 4), tensor(g, [2, 1], 4, 1)], { batch_dims: 1 }),
    'indices lie outside the tensor',
  ],
  'elements gathered beyond an axis': [
    (g) => g.add('GatherElements', ['x', tensor(g, [1, 1, 1, 1], 8)], { axis: 3 }),
    'index 8 is outside an axis of 8',
  ],
  'the last of equal numbers': [
    (g) => g.add('Add', ['x', g.add('ArgMax', [g.ints(1, 1)], { select_last_index: 1 })]),
    'select_last_index is not supported',
  ],
  'patches that are dilated': [
    (g) =>
      g.add('Col2Im', [g.add('Reshape', ['x', g.ints(2, 4, 64)]), g.ints(16, 16), g.ints(2, 2)], {
        strides: [2, 2],
        dilations: [2, 2],
      }),
    'overlap, are padded or dilated',
  ],
  'a condition of floats': [(g) => g.add('Where', ['x', 'x', 'x']), 'type float; must be bool'],
  'a policy of no kind': [
    (g) => g.add('Resize', ['x', '', '', g.ints(2, 4, 4, 6)], { keep_aspect_ratio_policy: 'crop' }),
    'keep_aspect_ratio_policy "crop"',
  ],
};

it.each(Object.entries(CASES))('%s', (_, [make, says]) => {
  const g = new GraphBuilder();
  const bytes = g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: [2, 4, 8, 8] }],
    outputs: [{ name: 'y', value: make(g), dims: [] }],
  });
  const resolve = () =>
    resolveGraph({ graph: readOnnx({ bytes, file: 'x.onnx' }), batch: 2, image: [4, 8, 8], file: 'x.onnx' });
  expect(resolve).toThrow(SpecError);
  expect(resolve).toThrow(says);
  expect(resolve).toThrow(/x\.onnx: node "/);
});
