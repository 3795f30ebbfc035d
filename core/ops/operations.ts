// Lists the operations of blocks: for each its shape, forward pass and vector-Jacobian product, defined in
// the file of its family.
import type { OperationName } from '../ir/block.js';
import { gelu, relu } from './activation.js';
import { attention } from './attention.js';
import { conv, depthwise } from './conv.js';
import { sum, zero } from './elementwise.js';
import { classToken, patchEmbedding, positions } from './embedding.js';
import { linear } from './linear.js';
import { batchNorm, layerNorm } from './normalization.js';
import { averagePool } from './pooling.js';
import type { Rule } from './rule.js';

export const operations = {
  conv,
  depthwise,
  batchNorm,
  relu,
  averagePool,
  sum,
  zero,
  linear,
  layerNorm,
  gelu,
  attention,
  patchEmbedding,
  classToken,
  positions,
} as const satisfies Record<OperationName, Rule>;

/** The rule of an operation. Throws for a name without a rule. */
export function operation(name: string): Rule {
  const row = Object.hasOwn(operations, name) ? operations[name as OperationName] : undefined;
  if (!row) throw new Error(`operation "${name}" has no row in core/ops/operations.ts`);
  return row;
}
