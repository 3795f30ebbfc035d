// Defines one-node networks with attributes and inputs whose values are not the defaults.
import { each, float, ints, map, type OperatorCase, weight } from './operator-case.js';

const epsilon = float(0.3);
const floats = (...values: number[]) => ({ floats: values });
const scalar = (value: number) => ({ floats: [value], dims: [] });

export const ATTRIBUTE_CASES: readonly OperatorCase[] = [
  // All images are above this bound, and some of them below the usual one.
  { op: 'ThresholdedRelu', x: map, attributes: { alpha: float(0.25) }, positive: true },
  { op: 'Selu', x: map, attributes: { alpha: float(0.9), gamma: float(1.7) } },
  { op: 'LayerNormalization', x: [2, 4, 6], inputs: [weight(6), weight(6)], attributes: { epsilon } },
  { op: 'RMSNormalization', x: [2, 4, 6], inputs: [weight(6)], attributes: { epsilon }, opset: 23 },
  { op: 'InstanceNormalization', x: map, inputs: [weight(6), weight(6)], attributes: { epsilon } },
  {
    op: 'GroupNormalization',
    x: map,
    inputs: [weight(6), weight(6)],
    attributes: { num_groups: 2, epsilon },
    opset: 21,
  },
  { op: 'MeanVarianceNormalization', x: map, opset: 13 },
  { op: 'MeanVarianceNormalization', x: map, attributes: { axes: [0, 1, 3] }, opset: 13 },
  // The axes of the padding, one of which counts from the end, and a number other than 0.
  {
    op: 'Pad',
    x: map,
    inputs: [ints(2, 1, 0, 3), scalar(0.7), ints(-1, 2)],
  },
  { op: 'ReduceSum', x: map, attributes: { noop_with_empty_axes: 1 } },
  { op: 'Gemm', x: [3, 4], inputs: [weight(4, 5), weight(5)], attributes: { beta: float(-0.5) } },
  // The result has the letters in the order of the alphabet.
  { op: 'Einsum', x: [2, 3, 4], attributes: { equation: 'cab' } },
  { op: 'Einsum', x: [2, 3, 4], inputs: [weight(4, 5)], attributes: { equation: 'cbz,za' } },
  {
    op: 'Einsum',
    x: [2, 3, 4],
    inputs: [weight(4, 5)],
    attributes: { equation: '...bz,za' },
    withoutReference: true,
  },
  { op: 'GatherND', x: [4, 3, 5], inputs: [{ ints: [-1, 2, 0, -3], dims: [2, 2] }] },
  {
    op: 'GatherND',
    x: [2, 3, 4, 5],
    inputs: [{ ints: [0, -1, 2, 0, -3, 3], dims: [2, 3, 1] }],
    attributes: { batch_dims: 2 },
  },
  {
    op: 'GatherND',
    x: [2, 3, 4, 5],
    inputs: [{ ints: [-1, 3, 0, 0, 2, -2, 1, 1], dims: [2, 2, 2] }],
    attributes: { batch_dims: 1 },
  },
  { op: 'ScatterND', x: [4, 6, 3], inputs: [{ ints: [-3, -2], dims: [2, 1] }, weight(2, 6, 3)] },
  {
    op: 'Conv',
    x: [2, 3, 9, 8],
    inputs: [weight(4, 3, 6, 5)],
    attributes: { pads: [2, 2, 3, 2] },
  },
  ...[0, 1].map(
    (ceil_mode): OperatorCase => ({
      op: 'MaxPool',
      x: [1, 2, 5, 7],
      attributes: { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode },
    }),
  ),
  {
    op: 'AveragePool',
    x: map,
    attributes: { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 2, 1], count_include_pad: 1 },
  },
  ...resizes(),
];

/** Resizings by scales, with every way of rounding, and to a single element. */
function resizes(): readonly OperatorCase[] {
  const scales = floats(1, 1, 1.5, 0.7);
  const modes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) => ({
    mode: 'nearest',
    nearest_mode,
    coordinate_transformation_mode: 'asymmetric',
  }));
  const positions = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'asymmetric'];
  return [
    ...modes.map((attributes) => ({ op: 'Resize', x: map, inputs: [ints(2, 6, 14, 10)], attributes })),
    {
      op: 'Resize',
      x: map,
      inputs: [ints(2, 6, 14, 10)],
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric' },
    },
    ...positions.flatMap((coordinate_transformation_mode) =>
      ['linear', 'nearest'].map((mode) => ({
        op: 'Resize',
        x: map,
        scales,
        attributes: { mode, coordinate_transformation_mode },
        opset: 19,
      })),
    ),
    ...['align_corners', 'pytorch_half_pixel', 'half_pixel'].map((coordinate_transformation_mode) => ({
      op: 'Resize',
      x: map,
      inputs: [ints(2, 6, 1, 8)],
      attributes: { mode: 'linear', coordinate_transformation_mode },
    })),
    ...[0, 1].map((antialias) => ({
      op: 'Resize',
      x: map,
      inputs: [ints(2, 6, 4, 8)],
      attributes: { mode: 'cubic', cubic_coeff_a: float(-0.5), antialias },
    })),
    ...each(['Resize'], { x: map, scales: floats(2, 0.5), attributes: { mode: 'linear', axes: [3, 2] } }),
  ];
}
