// Tests that networks of files, written again with the weights of a draw, run and score like the files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { fileModel } from '../../../core/export/file-model.js';
import { IMAGES, LOGITS } from '../../../core/export/layers.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { graphOfStructure, structureText } from '../../../core/graph/structure.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { type Attributes, GraphBuilder } from '../../../core/onnx/graph.js';
import { openSpace } from '../../../core/spaces/index.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';
import { measureLatency } from '../../../engine/latency.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const FOLDER = join(import.meta.dirname, '../../goldens/onnx');
const DIGEST = 'a'.repeat(64);
const draw = randomDraw({ seed: 4, draw: 0 });

/** The network of a file, in the form that a worker receives. */
function candidate(file: string, side: number) {
  const graph = readOnnx({ bytes: readFileSync(join(FOLDER, file)), file });
  const structure = structureText({ graph, constants: new Set() });
  const about = { name: file, digest: DIGEST, macs: 1, parameters: 7, form: 'maps' as const };
  const onnx = { kind: 'onnx' as const, resolution: side, networks: [about] };
  const space = openSpace(onnx);
  return {
    space: onnx,
    structure,
    files: candidateFiles({ space, candidate: file, resolution: side, structure }),
  };
}

async function score(args: Parameters<typeof graphNetwork>[0], weights: 'drawn' | 'file') {
  const network = graphNetwork(args);
  const opened = await openGraph({ network, threads: 1 });
  const drawn = drawGraph({ network, drawn: draw, file: args.file });
  const weight = (i: number) =>
    Float32Array.from(network.graph.weights[i]!.initializer.read() ?? drawn.weight(i));
  return opened.score(weights === 'file' ? { ...drawn, weight } : drawn).finally(() => opened.close());
}

describe('a network of a file, exported', () => {
  it.each([
    ['shufflenet_v2_x0_5.onnx', 64],
    ['timm-test_byobnet.onnx', 64],
    ['timm-test_vit.onnx', 160],
  ])('%s', async (file, side) => {
    const { structure, files } = candidate(file, side);
    expect(files.trainableParameters).toBe(7);
    expect(() => files.pytorch('')).toThrow(/has no PyTorch module/);
    const bytes = files.onnx(draw);

    const batch = files.batch ?? 3;
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    const shape = [batch, 3, side, side];
    const out = await session.run({ [IMAGES]: new Tensor('float32', draw.input(shape), shape) });
    await session.release();
    expect(out[LOGITS]!.dims[0]).toBe(batch);
    expect((out[LOGITS]!.data as Float32Array).every(Number.isFinite)).toBe(true);

    const at = { batch, image: [3, side, side], wanted: 'stages' as const, file };
    const own = await score({ ...at, graph: graphOfStructure(structure) }, 'drawn');
    const back = await score({ ...at, graph: readOnnx({ bytes, file }) }, 'file');
    expect(back).toEqual(own);
  });

  it.each([
    ['timm-test_byobnet.onnx', 64],
    ['timm-test_vit.onnx', 160],
  ])('the latency of %s is that of one image, or is refused', async (file, side) => {
    const { space, structure, files } = candidate(file, side);
    const fidelity = { batch: 1, resolution: side, weights: 'shared', features: 'blocks' } as const;
    const measuring = measureLatency({ space, candidate: file, seed: 0, fidelity, draws: [0], structure });
    if (files.batch === undefined) expect((await measuring).latency).toBeGreaterThan(0);
    else await expect(measuring).rejects.toThrow(`exported for a batch of ${files.batch}`);
  });
});

/** A slice from 1 to the end, which exporters write as the largest int64, and a network of texts. */
const REMAINDER = graphOfStructure(
  JSON.stringify({
    opset: 17,
    input: [null, 3, 8, 8],
    output: 't4',
    tensors: {},
    nodes: [
      ['Constant', [], ['t1'], { value_ints: [1] }],
      ['Constant', [], ['t2'], { value_ints: [2 ** 63] }],
      ['Constant', [], ['t3'], { value_ints: [2] }],
      ['Slice', ['x', 't1', 't2', 't3'], ['t4'], {}],
    ],
  }),
);
const TEXT = readOnnx({ bytes: readFileSync(join(FOLDER, 'text.onnx')), file: 'text.onnx' });

/** The activations of its layers are named. */
const RECURRENT = readOnnx({ bytes: readFileSync(join(FOLDER, 'recurrent.onnx')), file: 'recurrent.onnx' });

it('the exported network of texts, which begins behind its table, is said to have no parameters of it', () => {
  expect(TEXT.tableSize).toBeGreaterThan(0);
  expect(candidate('text.onnx', 8).files.trainableParameters).toBe(7 - TEXT.tableSize!);
});

it.each([
  ['slices to the end of an axis', REMAINDER, [3, 8, 8], [2, 3, 7, 8]],
  ['reads the embeddings of tokens', TEXT, [24, 32], [2, 3]],
  ['has a recurrent layer with a named activation', RECURRENT, [3, 40], [2, 4]],
])('an exported network %s', async (_, graph, image, expected) => {
  const bytes = fileModel({ graph, resolution: 8 }).bytes(draw);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const shape = [2, ...image];
  const out = await session.run({ [IMAGES]: new Tensor('float32', draw.input(shape), shape) });
  await session.release();
  expect(out[LOGITS]!.dims).toEqual(expected);
});

/** A file whose operator has these attributes: a convolution, the operator, and a classifier. */
function fileWith(operator: string, attributes: Attributes): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, dims: readonly number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m)).fill(0.1) });
  const x = g.add('Conv', [IMAGES, weight('kernel', [8, 3, 1, 1])], { kernel_shape: [1, 1] });
  const inputs = operator === 'Attention' ? [x, x, x] : [x];
  const pooled = g.add('Flatten', [g.add('GlobalAveragePool', [g.add(operator, inputs, attributes)])]);
  const value = g.add('Gemm', [pooled, weight('classifier', [5, 8])], { transB: 1 });
  return g.build({
    name: 'file',
    inputs: [{ name: IMAGES, dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: LOGITS, dims: ['batch', 5], value }],
    opset: 24,
  });
}

it.each<[string, Attributes]>([
  ['Attention', { scale: { float: 1 }, softcap: { float: 2 } }],
  ['Elu', { alpha: { float: 1 } }],
  ['Swish', { alpha: { float: 2 } }],
  ['HardSigmoid', { alpha: { float: 1 }, beta: { float: 0 } }],
  ['LpNormalization', { p: 2, axis: 1 }],
])(
  'attributes of %s keep their types although JavaScript has one type of numbers',
  async (op, attributes) => {
    const file = fileWith(op, attributes);
    const bytes = fileModel({ graph: readOnnx({ bytes: file, file: 'file.onnx' }), resolution: 8 }).bytes(
      draw,
    );
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    await session.release();
    expect(session.outputNames).toEqual([LOGITS]);
  },
);
