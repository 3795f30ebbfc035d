// Tests that MobileNetV2 candidates score the same in the plain and the NCHWc layout, and the golden cases.
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../core/ir/draw.js';
import { mobileNetV2 } from '../../core/spaces/mobilenet-v2/definition.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { scoreNetwork } from '../../engine/score.js';
import { largestDeviation, withPrograms } from '../support/engine.js';

/**
 * Candidates with strides, projections and identities, all kernel sizes, channels that do not fill blocks,
 * and fewer samples than channels.
 */
const CANDIDATES = [
  'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,2)SuperResIDWE4K5(16,24,1,8,1)SuperConvK1BNRELU(24,512,1,1)',
  'SuperConvK5BNRELU(3,16,1,2)SuperResIDWE1K7(16,20,2,12,1)SuperResIDWE6K3(20,12,2,8,1)SuperConvK1BNRELU(12,40,1,1)',
];

/** Features and blocks at batch 4 and resolution 32. */
function score(candidate: string, layout: 'plain' | 'blocked') {
  return withPrograms((programs) => {
    const { blockSize } = programs;
    const draw = randomDraw({ seed: 3, draw: 0 });
    const network = mobileNetV2.network({ candidate, resolution: 32 });
    expect(programs.boundary(network)).toBe(blockSize > 1 ? 'blocked' : 'plain');
    const tensors = drawTensors({ draw, batch: 4, resolution: 32, blockSize });
    return scoreNetwork({ network, draw: tensors, programs });
  }, layout);
}

describe('the blocked layout', () => {
  it.each(CANDIDATES)('scores as the plain one: %s', async (candidate) => {
    const plain = await score(candidate, 'plain');
    const blocked = await score(candidate, 'blocked');
    expect(plain.features.every(Number.isFinite)).toBe(true);
    expect(largestDeviation(plain.features, blocked.features)).toBeLessThan(1e-5);
    // Where an activation is within rounding of 0, the two layouts may differ in its sign.
    expect(largestDeviation(plain.blocks, blocked.blocks)).toBeLessThan(1e-2);
  });
});
