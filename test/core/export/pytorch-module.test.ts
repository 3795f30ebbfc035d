// Tests that exported PyTorch modules return the same logits as ONNX Runtime; needs `npm run setup:optional`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { type Draw, randomDraw } from '../../../core/ir/draw.js';
import { autoformer } from '../../../core/spaces/autoformer/definition.js';
import { customSpace } from '../../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { openSpace } from '../../../core/spaces/index.js';
import { mobileNetV2 } from '../../../core/spaces/mobilenet-v2/definition.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { readDocument } from '../../../core/text/read-document.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';
import { initializersOf } from '../../support/onnx-initializers.js';
import { pythonWith } from '../../support/optional-python.js';
import { DENSE, FEATURES } from '../spaces/custom/spaces.js';

const transnas = (size: 'micro' | 'macro') => openSpace({ kind: 'transnas-bench-101', size });
const tiny = autoformer({ size: 'tiny' });
/** A space of convolutions followed by transformers of different widths. */
const hybrid = customSpace({
  definition: checkDefinition({
    value: readDocument({
      text: readFileSync(new URL('../../../examples/spaces/transformers.yaml', import.meta.url), 'utf8'),
      source: 'transformers.yaml',
    }),
    source: 'transformers.yaml',
  }),
});
const SCRIPT = fileURLToPath(new URL('../../fixtures/pytorch-model.py', import.meta.url));
const python = pythonWith('torch');

const OFFSET = { kind: 'normal', std: 0.05 } as const;
/** Initial weights plus an offset, so that no bias is 0 and no gain 1. */
const draw: Draw = (() => {
  const plain = randomDraw({ seed: 7, draw: 0 });
  return {
    ...plain,
    weight: (weight) => {
      const offset = { ...weight, name: `more ${weight.name}`, initialization: OFFSET };
      const more = plain.weight(offset);
      return plain.weight(weight).map((value, i) => value + more[i]!);
    },
  };
})();

describe.skipIf(python === undefined)('the same logits as ONNX Runtime', () => {
  test.each([
    { space: nasBench201, resolution: 32, key: { seed: 1, draw: 1, name: 'test' } },
    { space: nasBench201, resolution: 32, key: { seed: 1, draw: 2, name: 'test' } },
    { space: mobileNetV2, resolution: 64, key: { seed: 1, draw: 3, name: 'test' } },
    { space: hybrid, resolution: 32, key: { seed: 1, draw: 5, name: 'test' } },
    { space: openSpace({ kind: 'nas-bench-101' }), resolution: 16, key: { seed: 1, draw: 6, name: 'test' } },
    { space: openSpace({ kind: 'darts' }), resolution: 16, key: { seed: 1, draw: 7, name: 'test' } },
    { space: transnas('micro'), resolution: 32, key: { seed: 1, draw: 8, name: 'test' } },
    { space: transnas('macro'), resolution: 64, key: { seed: 1, draw: 9, name: 'test' } },
    // Candidates with relu6, gelu and hard swish, and with both forms of squeeze-and-excitation.
    { space: FEATURES, resolution: 32, key: { seed: 1, draw: 22, name: 'test' } },
    { space: FEATURES, resolution: 32, key: { seed: 1, draw: 27, name: 'test' } },
    { space: DENSE, resolution: 32, key: { seed: 1, draw: 11, name: 'test' } },
    // With 16 patches in a row, relative positions beyond 14 are clipped.
    { space: tiny, resolution: 256, key: { seed: 1, draw: 4, name: 'test' } },
  ])(
    '$space.kind, random candidate $key.draw',
    async ({ space, resolution, key }) => {
      const folder = mkdtempSync(join(tmpdir(), 'zeroscout-export-'));
      const file = (name: string) => join(folder, name);
      try {
        const candidate = space.random(key);
        const files = candidateFiles({ space, candidate, resolution });
        const shape = [2, 3, resolution, resolution];
        const images = draw.input(shape);
        const model = files.onnx(draw);
        const session = await InferenceSession.create(model);
        const expected = (await session.run({ images: new Tensor('float32', images, shape) })).logits!;
        await session.release();

        // The weights in the file, by their names there.
        const weights: Uint8Array[] = [];
        const index: (readonly [string, readonly number[], number])[] = [];
        let start = 0;
        for (const { name, dims, bytes } of initializersOf(model)) {
          index.push([name, dims, start]);
          weights.push(bytes);
          start += bytes.length / 4;
        }
        writeFileSync(file('network.py'), files.pytorch(candidate));
        writeFileSync(file('weights'), Buffer.concat(weights));
        writeFileSync(
          file('index.json'),
          JSON.stringify({ weights: index, images: shape, isTraced: space === hybrid }),
        );
        writeFileSync(file('images'), new Uint8Array(images.buffer));
        const names = ['network.py', 'weights', 'index.json', 'images', 'logits'].map(file);
        const parameters = execFileSync(python!, [SCRIPT, ...names], {
          encoding: 'utf8',
          // Threads that wait for each other are slow while other tests run.
          env: { ...process.env, OMP_NUM_THREADS: '1' },
        });
        expect(Number(parameters)).toBe(files.trainableParameters);
        const bytes = readFileSync(file('logits'));
        const logits = new Float32Array(
          bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
        );
        const scale = Math.max(...(expected.data as Float32Array).map(Math.abs));
        expect(scale).toBeGreaterThan(0);
        expect(logits).toHaveLength(expected.data.length);
        logits.forEach((value, i) => {
          expect(Math.abs(value - Number(expected.data[i]))).toBeLessThanOrEqual(1e-4 * scale);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );
});
