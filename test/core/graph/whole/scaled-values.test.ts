// Tests that every operation of a whole network has a scale, because SynFlow would be wrong without a message
// if a function that is not linear counted as one that is.
import { expect, test } from 'vitest';
import { hasScale } from '../../../../core/graph/whole/scaled-values.js';
import { TENSOR_RULES } from '../../../../core/ops/tensor/table.js';

/** Operations that are written out before, that normalize, or that only gradients and written programs contain. */
const ELSEWHERE = new Set([
  'Gelu',
  'HardSigmoid',
  'Standardize',
  'StandardizeChannels',
  'ChannelVariance',
  'StandardizeChannelsGradient',
  'StandardizeGradient',
  'StandardizeCurvature',
  'ConvWeightGradient',
  'MaxPoolIndices',
  'Step',
  'FusedMatMul',
]);

test('every operation of the table has a scale, or stands among those that do not need one', () => {
  const without = Object.keys(TENSOR_RULES).filter((op) => !hasScale(op));
  expect(without.sort()).toEqual([...ELSEWHERE].sort());
});
