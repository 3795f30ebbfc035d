// Tests that exported ONNX models run with any batch and have the parameters that the space counts.

import { describe, expect, test } from 'vitest';
import { type Layer, modelLayers, trainableParameters } from '../../../core/export/layers.js';
import { onnxModel } from '../../../core/export/onnx-model.js';
import { pytorchModule } from '../../../core/export/pytorch-module.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { autoformer } from '../../../core/spaces/autoformer/definition.js';
import { mobileNetV2 } from '../../../core/spaces/mobilenet-v2/definition.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const draw = randomDraw({ seed: 1, draw: 0 });
/** No operation of this cell is dead, so everything that the space counts is in the network. */
const ALIVE =
  '|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|';

const tiny = autoformer({ size: 'tiny' });
const TINY = tiny.random({ seed: 1, draw: 0, name: 'test' });

async function logits(layers: readonly Layer[], resolution: number, batch: number): Promise<Float32Array> {
  const session = await InferenceSession.create(onnxModel({ layers, draw, resolution }));
  expect([session.inputNames, session.outputNames]).toEqual([['images'], ['logits']]);
  const shape = [batch, 3, resolution, resolution];
  const images = new Tensor('float32', draw.input(shape), shape);
  const { logits } = await session.run({ images });
  await session.release();
  return logits!.data as Float32Array;
}

describe.each([
  { space: nasBench201, candidate: ALIVE, resolution: 32, classes: 10 },
  {
    space: nasBench201,
    candidate: '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
    resolution: 32,
    classes: 10,
  },
  { space: mobileNetV2, candidate: mobileNetV2.start, resolution: 64, classes: 1000 },
  { space: tiny, candidate: TINY, resolution: 64, classes: 1000 },
])('$space.kind $candidate', ({ space, candidate, resolution, classes }) => {
  const layers = modelLayers({ network: space.network({ candidate, resolution }), resolution });

  test('runs with any batch; an image scores the same whoever is beside it', async () => {
    const three = await logits(layers, resolution, 3);
    expect(three).toHaveLength(3 * classes);
    expect(three.every(Number.isFinite)).toBe(true);
    const session = await InferenceSession.create(onnxModel({ layers, draw, resolution }));
    const all = draw.input([3, 3, resolution, resolution]);
    const size = 3 * resolution ** 2;
    for (const i of [0, 2]) {
      const images = new Tensor('float32', all.slice(i * size, (i + 1) * size), [
        1,
        3,
        resolution,
        resolution,
      ]);
      const one = (await session.run({ images })).logits!.data as Float32Array;
      one.forEach((value, c) => {
        const other = three[i * classes + c]!;
        expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(other)));
      });
    }
    await session.release();
  });

  test('as a PyTorch module: every layer once, made before it is used', () => {
    const code = pytorchModule({ layers, comment: candidate });
    const forward = code.slice(code.indexOf('def forward(self, images)'));
    const steps = [...forward.matchAll(/^ {8}(\w+) = (.*)$/gm)];
    const known = new Set(['images', 'self', 'F']);
    for (const [, name, expression] of steps) {
      for (const [word] of expression!.matchAll(/(?<![\w.])[a-z]\w*_\w+(?![\w(]|=)/g))
        expect(known).toContain(word);
      expect(known).not.toContain(name);
      known.add(name!);
    }
    expect(steps).toHaveLength(layers.length);
  });
});

test('NAS-Bench-201: as many parameters as the space counts where no operation is dead', () => {
  const layers = modelLayers({
    network: nasBench201.network({ candidate: ALIVE, resolution: 32 }),
    resolution: 32,
  });
  expect(trainableParameters(layers)).toBe(
    nasBench201.costs({ candidate: ALIVE, resolution: 32 }).parameters,
  );
});

test.each(['tiny', 'small', 'base'] as const)(
  'AutoFormer %s: as many parameters as the space counts',
  (size) => {
    const space = autoformer({ size });
    const candidate = space.random({ seed: 1, draw: 1, name: 'test' });
    const layers = modelLayers({ network: space.network({ candidate, resolution: 224 }), resolution: 224 });
    expect(trainableParameters(layers)).toBe(space.costs({ candidate, resolution: 224 }).parameters);
  },
);
