// Tests what is measured of activations against programs whose outputs are known.
import { expect, it } from 'vitest';
import { IMAGES } from '../../../core/graph/resolve.js';
import { FORWARD } from '../../../core/graph/whole/forward-program.js';
import { measureActivations } from '../../../engine/graph/measure-activations.js';
import type { Measuring } from '../../../engine/graph/measuring.js';
import { Tensor } from '../../../engine/onnx-runtime.js';

const [BATCH, SIZE] = [2, 3];
const images = Float32Array.of(1, 2, 3, 4, 5, 6);
const noise = Float32Array.of(3, 0, 4, -5, 12, 0);

/** A network whose last feature is its images, with one activation function and one normalization, which it applies twice. */
function measure(...needs: readonly string[]) {
  const run = async ({ [IMAGES]: fed }: Readonly<Record<string, Tensor>>) => ({
    [FORWARD.feature]: fed!.data as Float32Array,
    [`${FORWARD.variance}0`]: Float32Array.of(7),
    [`${FORWARD.after}0`]: Float32Array.of(8),
  });
  const measuring = {
    programs: {
      forward: { run },
      anatomy: { layers: [], activations: [{ times: 2 }], normalizations: [{ times: 2 }] },
    },
    network: { input: 0, tape: { shape: () => [BATCH, SIZE] } },
    needs: new Set(needs),
    draw: { normal: () => noise },
    tensors: { [IMAGES]: new Tensor('float32', images, [BATCH, SIZE]) },
    batch: BATCH,
  };
  return measureActivations(measuring as unknown as Measuring);
}

it('the distance of each image from itself with a hundredth of the noise', async () => {
  const { distances } = (await measure('perturbed-images')).whole;
  expect(distances![0]).toBeCloseTo(0.05, 6);
  expect(distances![1]).toBeCloseTo(0.13, 6);
});

it('normalizations and activation functions as often as the network applies them', async () => {
  const { whole, activations } = await measure('perturbed-images');
  expect([...whole.variances!]).toEqual([7, 7]);
  expect(activations).toEqual(new Array(2).fill({ after: Float32Array.of(8) }));
});

it('that all images agree where the network has no signs', async () => {
  const { whole } = await measure('sign-agreement');
  expect(whole).toEqual({ agreement: new Float32Array(BATCH ** 2) });
});
