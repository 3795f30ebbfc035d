// Defines one-node networks for products, convolutions and normalizations.
import { each, float, map, type OperatorCase, weight } from './operator-case.js';

export const LAYER_CASES: readonly OperatorCase[] = [
  { op: 'MatMul', x: [2, 3, 4, 5], inputs: [weight(5, 6)] },
  { op: 'MatMul', x: [2, 4, 5], inputs: [weight(3, 1, 5, 6)] },
  { op: 'MatMul', x: [2, 5, 6], inputs: [weight(4, 5)], second: true },
  {
    op: 'Gemm',
    x: [3, 4],
    inputs: [weight(5, 4), weight(5)],
    attributes: { transB: 1, alpha: float(0.5), beta: float(2) },
  },
  { op: 'Gemm', x: [4, 3], inputs: [weight(4, 5)], attributes: { transA: 1 } },
  {
    op: 'Einsum',
    x: [2, 3, 4, 5],
    inputs: [weight(2, 3, 6, 5)],
    attributes: { equation: 'bhid,bhjd->bhij' },
  },
  { op: 'Einsum', x: [2, 3, 4], inputs: [weight(4, 5)], attributes: { equation: 'abc,cd->dab' } },
  ...each(['Softmax', 'LogSoftmax'], { x: [2, 3, 5], attributes: { axis: -1 } }),
  { op: 'Softmax', x: [2, 3, 5], attributes: { axis: 1 } },
  {
    op: 'Conv',
    x: map,
    inputs: [weight(4, 6, 3, 3), weight(4)],
    attributes: { pads: [1, 1, 1, 1], kernel_shape: [3, 3] },
  },
  {
    op: 'Conv',
    x: map,
    inputs: [weight(4, 3, 3, 2)],
    attributes: { pads: [0, 1, 2, 1], strides: [2, 2], group: 2 },
  },
  {
    op: 'Conv',
    x: map,
    inputs: [weight(6, 1, 3, 3)],
    attributes: { group: 6, dilations: [2, 1], pads: [2, 1, 2, 1] },
  },
  {
    op: 'Conv',
    x: map,
    inputs: [weight(6, 1, 3, 3)],
    attributes: { group: 6, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  // Depthwise convolutions whose channels are a multiple of 4, which run in the NCHWc layout; 12 and 20 do
  // not fill the last block.
  {
    op: 'Conv',
    x: [2, 12, 7, 6],
    inputs: [weight(12, 1, 3, 3)],
    attributes: { group: 12, pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    x: [2, 16, 9, 8],
    inputs: [weight(16, 1, 5, 3)],
    attributes: { group: 16, strides: [2, 2], pads: [2, 1, 2, 1] },
  },
  {
    op: 'Conv',
    x: [1, 20, 9, 10],
    inputs: [weight(20, 1, 3, 3)],
    attributes: { group: 20, dilations: [2, 1], strides: [1, 3], pads: [2, 0, 2, 1] },
  },
  {
    op: 'Conv',
    x: [1, 8, 6, 6],
    inputs: [weight(8, 1, 3, 3)],
    attributes: { group: 8, strides: [3, 3], pads: [2, 2, 0, 0] },
  },
  // Other convolutions that run in the NCHWc layout: of an image, of a large map, in groups as wide as a channel
  // block, and in narrower groups, which do not fill the last block.
  {
    op: 'Conv',
    x: [2, 3, 9, 8],
    inputs: [weight(16, 3, 3, 4)],
    attributes: { strides: [2, 1], pads: [1, 2, 1, 0] },
  },
  {
    op: 'Conv',
    x: [1, 16, 29, 28],
    inputs: [weight(32, 16, 3, 3)],
    attributes: { pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    x: [1, 32, 28, 30],
    inputs: [weight(16, 32, 3, 3)],
    attributes: { strides: [2, 2], dilations: [1, 2], pads: [1, 2, 1, 2] },
  },
  {
    op: 'Conv',
    x: [2, 32, 5, 6],
    inputs: [weight(32, 16, 3, 3)],
    attributes: { group: 2, pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    x: [2, 24, 6, 5],
    inputs: [weight(24, 8, 3, 3)],
    attributes: { group: 3, pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    x: [1, 40, 7, 6],
    inputs: [weight(40, 8, 3, 3)],
    attributes: { group: 5, strides: [2, 2], pads: [1, 0, 1, 1] },
  },
  { op: 'Conv', x: map, inputs: [weight(4, 6, 1, 1)], attributes: { pads: [1, 1, 1, 1] } },
  {
    op: 'Conv',
    x: map,
    inputs: [weight(4, 6, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  { op: 'Conv', x: [2, 4, 9], inputs: [weight(6, 2, 3)], attributes: { strides: [2], group: 2 } },
  {
    op: 'Conv',
    x: [2, 4, 5, 4, 3],
    inputs: [weight(3, 4, 2, 2, 2)],
    attributes: { pads: [1, 0, 0, 0, 1, 1] },
  },
  {
    op: 'ConvTranspose',
    x: map,
    inputs: [weight(6, 4, 3, 3), weight(4)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  },
  {
    op: 'ConvTranspose',
    x: map,
    inputs: [weight(6, 2, 2, 2)],
    attributes: { strides: [2, 2], group: 2 },
    withoutReference: true,
  },
  {
    op: 'BatchNormalization',
    x: map,
    inputs: [weight(6), weight(6), weight(6), weight(6)],
    withoutReference: true,
  },
  { op: 'InstanceNormalization', x: map, inputs: [weight(6), weight(6)] },
  {
    op: 'GroupNormalization',
    x: map,
    inputs: [weight(6), weight(6)],
    attributes: { num_groups: 3 },
    opset: 21,
  },
  { op: 'LayerNormalization', x: [2, 4, 6], inputs: [weight(6), weight(6)] },
  { op: 'LayerNormalization', x: [2, 4, 6], inputs: [weight(4, 6)], attributes: { axis: 1 } },
  { op: 'RMSNormalization', x: [2, 4, 6], inputs: [weight(6)], opset: 23 },
  { op: 'LpNormalization', x: map, attributes: { axis: 1 } },
  { op: 'LpNormalization', x: map, attributes: { axis: -1, p: 1 }, withoutReference: true },
];
