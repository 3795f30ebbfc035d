// Lists the operations on tensors to which the operators of every network are reduced.
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';
import { gathering } from './gather.js';
import { linear } from './linear.js';
import { movement } from './movement.js';
import { pooling } from './pooling.js';
import { reductions } from './reductions.js';
import type { Rules } from './rule.js';
import { sampling } from './sampling.js';
import { selection } from './selection.js';
import { standardizations } from './standardization.js';
import { weightGradients } from './weight-gradient.js';

export const TENSOR_RULES: Rules = {
  ...elementwise,
  ...movement,
  ...gathering,
  ...selection,
  ...sampling,
  ...reductions,
  ...linear,
  ...weightGradients,
  ...pooling,
  ...fused,
  ...standardizations,
};
