// Tests that exports pool as the programs do that score: with padding only where the stride is 1.
import { expect, it } from 'vitest';
import { modelLayers } from '../../../core/export/layers.js';
import { onnxModel } from '../../../core/export/onnx-model.js';
import { pytorchModule } from '../../../core/export/pytorch-module.js';
import { BlockBuilder } from '../../../core/ir/block.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { compileBlock } from '../../../core/lowering/compile.js';
import { decodeModel } from '../../../core/onnx/proto.js';

const RESOLUTION = 12;

function blockOf(settings: { readonly kernel: number; readonly stride: number }) {
  const block = new BlockBuilder({ name: 'block0' });
  block.add('averagePool', [0], settings);
  return block.build();
}

function layersOf(settings: Parameters<typeof blockOf>[0]) {
  const stem = new BlockBuilder({ name: 'stem' });
  const weight = { slot: 'conv', name: 'stem.conv', shape: [8, 3, 3, 3] };
  stem.add('conv', [0], { kernel: 3, stride: 1 }, weight);
  const classifier = { classes: 10, normalized: false };
  const network = {
    stem: stem.build(),
    blocks: [blockOf(settings)],
    identities: 'worst',
    classifier,
  } as const;
  return modelLayers({ network, resolution: RESOLUTION });
}

const poolsOf = (program: Uint8Array) =>
  decodeModel(program).graph!.nodes!.flatMap(({ opType, attributes = [] }) =>
    opType === 'AveragePool' ? [attributes.find(({ name }) => name === 'pads')] : [],
  );

it.each([
  [3, 1, 1],
  [5, 1, 2],
  [2, 2, 0],
  [3, 3, 0],
])('kernel %i, stride %i: padding %i', (kernel, stride, padding) => {
  const layers = layersOf({ kernel, stride });
  const draw = randomDraw({ seed: 1, draw: 0 });
  const [scored] = poolsOf(
    compileBlock({ block: blockOf({ kernel, stride }), stride, input: [8, RESOLUTION, RESOLUTION] }),
  );
  expect(poolsOf(onnxModel({ layers, draw, resolution: RESOLUTION }))).toEqual([scored]);
  expect(pytorchModule({ layers, comment: '' })).toContain(
    `${kernel}, stride=${stride}, padding=${padding}, count_include_pad=False`,
  );
});
