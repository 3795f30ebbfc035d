// Defines one-node networks for pooling, reductions and operators that move values.
import { each, float, ints, map, type OperatorCase, weight } from './operator-case.js';

export const SHAPE_CASES: readonly OperatorCase[] = [
  { op: 'MaxPool', x: map, attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  { op: 'MaxPool', x: map, attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
  { op: 'AveragePool', x: map, attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  {
    op: 'AveragePool',
    x: map,
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
  { op: 'AveragePool', x: map, attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 } },
  { op: 'AveragePool', x: map, attributes: { kernel_shape: [2, 2], strides: [3, 3] } },
  { op: 'LpPool', x: map, attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  {
    op: 'LpPool',
    x: map,
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    withoutReference: true,
  },
  {
    op: 'LpPool',
    x: map,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  ...each(['GlobalAveragePool', 'GlobalMaxPool'], { x: map }),
  ...each(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceL1', 'ReduceSumSquare'], {
    x: map,
    inputs: [ints(-1, 1)],
    attributes: { keepdims: 0 },
  }),
  { op: 'ReduceSum', x: map, inputs: [ints(2)] },
  { op: 'CumSum', x: map, inputs: [{ ints: [-2], dims: [] }] },
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].map(
      (reverse): OperatorCase => ({
        op: 'CumSum',
        x: [2, 5, 3],
        inputs: [{ ints: [1], dims: [] }],
        attributes: { exclusive, reverse },
      }),
    ),
  ),
  { op: 'ReduceMean', x: map, attributes: { axes: [2, 3] }, opset: 13 },
  { op: 'Reshape', x: map, inputs: [ints(0, -1, 5)] },
  { op: 'Flatten', x: map, attributes: { axis: 2 } },
  { op: 'Transpose', x: map, attributes: { perm: [0, 2, 3, 1] } },
  { op: 'Squeeze', x: [2, 1, 3, 1], inputs: [ints(1)] },
  { op: 'Unsqueeze', x: [2, 3], inputs: [ints(0, -1)] },
  { op: 'Concat', x: map, inputs: [weight(2, 2, 7, 5)], attributes: { axis: 1 } },
  { op: 'Split', x: map, inputs: [ints(2, 4)], attributes: { axis: 1 }, outputs: 2 },
  { op: 'Slice', x: map, inputs: [ints(1, -3), ints(2 ** 40, -1), ints(2, 3), ints(2, 1)] },
  { op: 'Slice', x: map, inputs: [ints(-1), ints(-(2 ** 40)), ints(2), ints(-2)] },
  { op: 'Pad', x: map, inputs: [ints(0, 0, 1, 2, 0, 0, 0, 1)] },
  { op: 'Pad', x: map, inputs: [ints(0, 0, -1, 2, 0, 0, 0, -1)], withoutReference: true },
  { op: 'Pad', x: map, inputs: [ints(0, 0, 2, 1, 0, 0, 1, 2)], attributes: { mode: 'reflect' } },
  { op: 'Pad', x: map, inputs: [ints(0, 0, 2, 1, 0, 0, 1, 2)], attributes: { mode: 'edge' } },
  { op: 'Expand', x: [2, 1, 4], inputs: [ints(3, 1, 5, 1)] },
  { op: 'Tile', x: [2, 3, 4], inputs: [ints(1, 2, 3)] },
  { op: 'Gather', x: map, inputs: [{ ints: [4, 0, 0, -1], dims: [2, 2] }], attributes: { axis: 2 } },
  { op: 'Gather', x: map, inputs: [{ ints: [1], dims: [] }], attributes: { axis: 1 } },
  { op: 'GatherND', x: map, inputs: [{ ints: [1, 4, 0, 0, 1, 4], dims: [3, 2] }] },
  { op: 'DepthToSpace', x: [2, 8, 3, 2], attributes: { blocksize: 2 } },
  { op: 'DepthToSpace', x: [2, 8, 3, 2], attributes: { blocksize: 2, mode: 'CRD' } },
  { op: 'SpaceToDepth', x: [2, 3, 4, 6], attributes: { blocksize: 2 } },
  { op: 'Dropout', x: map },
  { op: 'Cast', x: map, attributes: { to: 1 } },
];

/** Resize has its sizes as the fourth input, after two empty ones. */
export const RESIZE_CASES: readonly OperatorCase[] = [
  ...['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'].flatMap(
    (coordinate_transformation_mode) => [
      {
        op: 'Resize',
        x: map,
        inputs: [ints(2, 6, 14, 8)],
        attributes: { mode: 'linear', coordinate_transformation_mode },
      },
    ],
  ),
  {
    op: 'Resize',
    x: map,
    inputs: [ints(2, 6, 14, 10)],
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  },
  { op: 'Resize', x: map, inputs: [ints(2, 6, 3, 8)], attributes: { mode: 'nearest' } },
  {
    op: 'Resize',
    x: map,
    inputs: [ints(14, 8)],
    attributes: { mode: 'linear', axes: [2, -1] },
    withoutReference: true,
  },
  ...(['linear', 'cubic'] as const).flatMap((mode) =>
    [
      [2, 6, 3, 2],
      [2, 6, 14, 8],
    ].map((sizes) => ({
      op: 'Resize',
      x: map,
      inputs: [ints(...sizes)],
      attributes: { mode, antialias: 1 },
    })),
  ),
  ...[0, 1].map((antialias) => ({
    op: 'Resize',
    x: map,
    inputs: [ints(2, 6, 3, 8)],
    attributes: { mode: 'cubic', antialias, exclude_outside: 1 },
  })),
  ...['not_larger', 'not_smaller'].map((keep_aspect_ratio_policy) => ({
    op: 'Resize',
    x: map,
    inputs: [ints(14, 8)],
    attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy },
    withoutReference: true,
  })),
  {
    op: 'Resize',
    x: map,
    inputs: [ints(2, 6, 3, 8)],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' },
    opset: 19,
  },
  ...['half_pixel', 'align_corners', 'pytorch_half_pixel'].map((coordinate_transformation_mode) => ({
    op: 'Resize',
    x: map,
    inputs: [ints(2, 6, 14, 8)],
    attributes: { mode: 'cubic', coordinate_transformation_mode, cubic_coeff_a: float(-0.75) },
  })),
];
