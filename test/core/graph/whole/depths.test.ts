// Tests which layers count as spatial: those whose kernel has more than one position, whatever form their weight has.
import { expect, it } from 'vitest';
import { depthsOf } from '../../../../core/graph/whole/depths.js';
import { TENSOR_RULES } from '../../../../core/ops/tensor/table.js';
import { Tape } from '../../../../core/ops/tensor/tape.js';

const CONV = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 };

it('a product with matrices that are stacked has no kernel', () => {
  const t = new Tape(TENSOR_RULES);
  const product = t.add('MatMul', [t.port('x', [3, 4, 5]), t.port('w', [3, 5, 6])]);
  const found = depthsOf({ tape: t, logits: product, layers: new Set([product]) });
  expect(found).toEqual({ depth: 1, spatialDepth: 0 });
});

it.each([
  [3, 1],
  [1, 0],
])('a convolution whose weight is stored as a matrix has its kernel of side %i', (side, spatialDepth) => {
  const t = new Tape(TENSOR_RULES);
  const weight = t.reshape(t.port('w', [4, 2 * side * side]), [4, 2, side, side]);
  const map = t.add('Conv', [t.port('x', [1, 2, 8, 8]), weight], CONV);
  expect(depthsOf({ tape: t, logits: map, layers: new Set([map]) })).toEqual({ depth: 1, spatialDepth });
});
