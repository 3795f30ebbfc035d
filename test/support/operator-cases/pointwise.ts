// Defines one-node networks for operators that work element by element.
import { each, float, map, type OperatorCase, weight } from './operator-case.js';

export const POINTWISE_CASES: readonly OperatorCase[] = [
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
];
