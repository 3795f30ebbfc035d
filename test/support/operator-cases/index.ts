// Lists one-node networks for every supported operator, for the tests of shapes, values and gradients.
import { ATTENTION_CASES } from './attention.js';
import { ATTRIBUTE_CASES } from './attributes.js';
import { FOURIER_CASES } from './fourier.js';
import { LAYER_CASES } from './layers.js';
import type { OperatorCase } from './operator-case.js';
import { POINTWISE_CASES } from './pointwise.js';
import { RARE_CASES } from './rare.js';
import { RECURRENT_CASES } from './recurrent.js';
import { SAMPLING_CASES } from './sampling.js';
import { SELECTION_CASES } from './selection.js';
import { SHAPE_CASES } from './shapes.js';

export { caseModel, type OperatorCase } from './operator-case.js';
export { RESIZE_CASES } from './shapes.js';

export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...POINTWISE_CASES,
  ...LAYER_CASES,
  ...SHAPE_CASES,
  ...RARE_CASES,
  ...RECURRENT_CASES,
  ...SELECTION_CASES,
  ...SAMPLING_CASES,
  ...FOURIER_CASES,
  ...ATTRIBUTE_CASES,
  ...ATTENTION_CASES,
];
