// Defines one-node networks for every supported operator, for the tests of shapes, values and gradients.
import { type Attributes, GraphBuilder } from '../../core/onnx/graph.js';

/** An input other than the images: integers are constants of the graph, floats are weights. */
export type CaseInput =
  | { readonly ints: readonly number[]; readonly dims?: readonly number[] }
  | { readonly shape: readonly number[] };

export interface OperatorCase {
  readonly op: string;
  /** The shape of the images. */
  readonly x: readonly number[];
  readonly inputs?: readonly CaseInput[];
  readonly attributes?: Attributes;
  readonly opset?: number;
  /** Whether the images have positive values. */
  readonly positive?: boolean;
  readonly outputs?: number;
  /** Whether the images are input 1, for an operator whose input 0 cannot be images. */
  readonly second?: boolean;
  /**
   * Whether the reference evaluator cannot compute the case (groups of a transposed convolution, negative
   * padding, an absolute norm, the newest operators), or uses running statistics.
   */
  readonly withoutReference?: boolean;
}

const map = [2, 6, 7, 5];
const each = (names: readonly string[], rest: Omit<OperatorCase, 'op'>): OperatorCase[] =>
  names.map((op) => ({ op, ...rest }));
const weight = (...shape: number[]): CaseInput => ({ shape });
const ints = (...values: number[]): CaseInput => ({ ints: values });
const float = (value: number) => ({ float: value });

export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...each(
    [
      'Relu',
      'LeakyRelu',
      'Elu',
      'Selu',
      'Celu',
      'Sigmoid',
      'HardSigmoid',
      'HardSwish',
      'Tanh',
      'Softplus',
      'Mish',
      'Erf',
      'Exp',
      'Neg',
      'Abs',
      'Softsign',
      'Sin',
      'Cos',
      'Identity',
      'ThresholdedRelu',
    ],
    { x: map },
  ),
  ...each(['Log', 'Sqrt', 'Reciprocal'], { x: map, positive: true }),
  // Writes the images over rows 1 to 2 of a weight, and the reverse.
  {
    op: 'ScatterND',
    x: [4, 6, 3],
    inputs: [{ ints: [1, 2], dims: [2, 1] }, weight(2, 6, 3)],
  },
  {
    op: 'ScatterND',
    x: [2, 5, 3],
    inputs: [{ ints: [0, 1, 0, 2, 1, 1, 1, 2], dims: [4, 2] }, weight(4, 3)],
  },
  { op: 'Gelu', x: map, opset: 20 },
  { op: 'Gelu', x: map, opset: 20, attributes: { approximate: 'tanh' } },
  { op: 'Swish', x: map, opset: 24, attributes: { alpha: float(1.5) }, withoutReference: true },
  { op: 'Celu', x: map, attributes: { alpha: float(0.7) } },
  { op: 'LeakyRelu', x: map, attributes: { alpha: float(0.3) } },
  { op: 'HardSigmoid', x: map, attributes: { alpha: float(0.17), beta: float(0.4) } },
  { op: 'PRelu', x: map, inputs: [weight(6, 1, 1)] },
  { op: 'Clip', x: map, inputs: [weight(), weight()] },
  ...each(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean'], {
    x: map,
    inputs: [weight(6, 1, 5)],
    positive: true,
  }),
  ...each(['Add', 'Sub', 'Mul', 'Div'], { x: [2, 1, 5], inputs: [weight(3, 1, 1, 5)], positive: true }),
  { op: 'Pow', x: map, inputs: [weight(6, 1, 1)], positive: true },
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
  ...each(['GlobalAveragePool', 'GlobalMaxPool'], { x: map }),
  ...each(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceL1', 'ReduceSumSquare'], {
    x: map,
    inputs: [ints(-1, 1)],
    attributes: { keepdims: 0 },
  }),
  { op: 'ReduceSum', x: map, inputs: [ints(2)] },
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
  ...['half_pixel', 'align_corners', 'pytorch_half_pixel'].map((coordinate_transformation_mode) => ({
    op: 'Resize',
    x: map,
    inputs: [ints(2, 6, 14, 8)],
    attributes: { mode: 'cubic', coordinate_transformation_mode, cubic_coeff_a: float(-0.75) },
  })),
];

export interface CaseModel {
  readonly bytes: Uint8Array;
  /** Names and shapes of the weights, which have no values in the file. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * The network of a case: images `x`, weights `w1`, ..., outputs `y` (and `y1`). `numbers` gives the weights'
 * values, so that other programs can read the file.
 */
export function caseModel(
  { op, x, inputs = [], attributes, opset = 18, outputs = 1, second }: OperatorCase,
  numbers: (name: string, shape: readonly number[]) => Float32Array,
): CaseModel {
  const g = new GraphBuilder();
  const weights: { name: string; shape: readonly number[] }[] = [];
  const names = inputs.map((input, i) => {
    if ('ints' in input)
      return g.tensor({ type: 'int64', dims: input.dims ?? [input.ints.length], data: input.ints });
    const name = `w${i + 1}`;
    weights.push({ name, shape: input.shape });
    return g.weights({ name, dims: input.shape, data: numbers(name, input.shape) });
  });
  const all = op === 'Resize' ? ['x', '', '', ...names] : second ? [...names, 'x'] : ['x', ...names];
  const values = g.addMany(op, all, { attributes, results: outputs });
  const bytes = g.build({
    name: 'case',
    inputs: [{ name: 'x', dims: x }],
    outputs: values.map((value, i) => ({ name: i ? `y${i}` : 'y', value, dims: [] })),
    opset,
  });
  return { bytes, weights };
}
