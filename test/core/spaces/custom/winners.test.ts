// Tests that exported models of custom spaces run and have the parameters that the space counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelLayers, trainableParameters } from '../../../../core/export/layers.js';
import { onnxModel } from '../../../../core/export/onnx-model.js';
import { randomDraw } from '../../../../core/ir/draw.js';
import { InferenceSession, Tensor } from '../../../../engine/onnx-runtime.js';
import { anyCandidate, HYBRID, MIXED, space, TOKENS } from './spaces.js';

describe('winners as whole models', () => {
  it('have as many parameters as the space counts', () => {
    fc.assert(
      fc.property(anyCandidate, ({ space, candidate }) => {
        // Edges that lead nowhere would be left out, but no cell here has one.
        const network = space.network({ candidate, resolution: 32 });
        const layers = modelLayers({ network, resolution: 32 });
        const { parameters } = space.costs({ candidate, resolution: 32 });
        expect(trainableParameters(layers)).toBe(parameters);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { space: MIXED, candidate: 'inverted-w16-d2-k5-e2-s2|cell-w8-d1', channels: 1, classes: 7 },
    { space: TOKENS, candidate: 'transformer-w12-d2-h2-r1.5-p4|transformer-w16', channels: 1, classes: 5 },
    { space: HYBRID, candidate: 'inverted-w16-s2|transformer-d2-h1', channels: 3, classes: 5 },
  ])('run, with the images and classes of the definition: $candidate', async (row) => {
    const { space, candidate, channels, classes } = row;
    const layers = modelLayers({ network: space.network({ candidate, resolution: 16 }), resolution: 16 });
    const draw = randomDraw({ seed: 1, draw: 0 });
    const session = await InferenceSession.create(onnxModel({ layers, draw, resolution: 16 }));
    const shape = [3, channels, 16, 16];
    const { logits } = await session.run({ images: new Tensor('float32', draw.input(shape), shape) });
    expect(logits!.dims).toEqual([3, classes]);
    expect(new Set(logits!.data as Float32Array).size).toBe(3 * classes);
    await session.release();
  });
});

it('a cell that is none, or leads nowhere, is refused with the file and its stage', () => {
  const stages = (cell: string) =>
    space({
      input: { resolution: 8 },
      classes: 2,
      stages: [
        { block: 'conv', width: 8 },
        { block: 'cell', width: 8, cell },
      ],
    });
  expect(() => stages('|none~0|')).toThrow(/^test: stages\[1\]\.cell: .*"\|none~0\|"/);
  const nowhere = '|nor_conv_1x1~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|';
  expect(() => stages(nowhere)).toThrow(/^test: stages\[1\]\.cell: .*output/);
});
