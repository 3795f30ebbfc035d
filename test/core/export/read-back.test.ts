// Tests that exported candidates, read back as files, have the features and scores of their spaces with the same draws.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findKeptConstants } from '../../../client/networks/load-network.js';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { fileModel } from '../../../core/export/file-model.js';
import type { Graph } from '../../../core/graph/graph.js';
import { imageShape } from '../../../core/graph/image-shape.js';
import { graphNetwork, type WantedFeatures } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { graphOfStructure, structureText } from '../../../core/graph/structure.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { openSpace } from '../../../core/spaces/index.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';
import { measureLatency } from '../../../engine/latency.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';

const FOLDER = join(import.meta.dirname, '../../goldens/onnx');
const draw = randomDraw({ seed: 4, draw: 0 });

interface Scored {
  readonly graph: Graph;
  readonly batch: number;
  readonly side: number;
  readonly wanted: WantedFeatures;
}

/** What is measured with the weights and images of `draw`. */
async function score({ graph, batch, side, wanted }: Scored) {
  const file = 'network.onnx';
  const image = imageShape(graph.inputs[0]!, side);
  const network = graphNetwork({ graph, batch, image, wanted, file });
  const opened = await openGraph({ network, threads: 1 });
  return opened.score(drawGraph({ network, drawn: draw, file })).finally(() => opened.close());
}

/** The network of a file, in the form that a worker receives, which is exported. */
function exported(file: string, side: number) {
  const read = readOnnx({ bytes: readFileSync(join(FOLDER, file)), file });
  const image = imageShape(read.inputs[0]!, side);
  const network = graphNetwork({ graph: read, batch: 2, image, wanted: 'stages', file });
  const structure = structureText({ graph: read, constants: findKeptConstants(network) });
  const graph = graphOfStructure(structure);
  return { structure, graph, model: fileModel({ graph, resolution: side }) };
}

it.each([
  ['modulated.onnx', [[3, 32, 32], [4]]],
  [
    'siamese.onnx',
    [
      [3, 32, 32],
      [3, 32, 32],
    ],
  ],
  ['two-streams.onnx', [[3, 32, 32], [2, 32, 32], [5]]],
  ['columns.onnx', [[3, 16], [4]]],
  [
    'two-texts.onnx',
    [
      [9, 12],
      [7, 12],
    ],
  ],
  ['text.onnx', [[24, 32]]],
])('%s, exported, reads the inputs of the file, and scores like it', async (file, shapes) => {
  const { graph, model } = exported(file, 8);
  const bytes = model.bytes(draw);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const names = shapes.length === 1 ? ['images'] : shapes.map((_, i) => `input_${i + 1}`);
  expect(session.inputNames).toEqual(names);
  const feeds = shapes.map((shape, i) => {
    const dims = [3, ...shape];
    return [names[i]!, new Tensor('float32', draw.input(dims), dims)] as const;
  });
  const { logits } = await session.run(Object.fromEntries(feeds));
  await session.release();
  expect(logits!.dims[0]).toBe(3);

  const at = { batch: 6, side: 8, wanted: 'stages' as const };
  const back = await score({ ...at, graph: readOnnx({ bytes, file }) });
  expect(back.features.length).toBeGreaterThan(1);
  expect(back).toEqual(await score({ ...at, graph }));
});

it('the latency of a network of several inputs is measured', async () => {
  const file = 'modulated.onnx';
  const { structure } = exported(file, 8);
  const about = { name: file, digest: 'a'.repeat(64), macs: 1, parameters: 7, form: 'maps' as const };
  const space = { kind: 'onnx' as const, resolution: 8, networks: [about] };
  const fidelity = { batch: 1, resolution: 8, weights: 'shared', features: 'blocks' } as const;
  const measured = measureLatency({ space, candidate: file, seed: 0, fidelity, draws: [0], structure });
  expect((await measured).latency).toBeGreaterThan(0);
});

it('normalizations of weights keep the statistics of these in inference, and score like the file', async () => {
  const { graph, model } = exported('timm-test_nfnet.onnx', 64);
  const back = readOnnx({ bytes: model.bytes(draw), file: 'nfnet.onnx' });
  const count = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length;
  expect(count(back, 'BatchNormalization')).toBe(0);
  expect(count(back, 'InstanceNormalization')).toBe(count(graph, 'BatchNormalization'));
  const at = { batch: 3, side: 64, wanted: 'stages' as const };
  const own = await score({ ...at, graph });
  const { features, blocks } = await score({ ...at, graph: back });
  features.forEach((value, i) => {
    expect(value).toBeCloseTo(own.features[i]!, 4);
  });
  expect(blocks).toHaveLength(own.blocks.length);
});

it('a network of DARTS, whose normalizations have no scale and shift, scores as in its space', async () => {
  const side = 16;
  const space = openSpace({ kind: 'darts', cells: 4, channels: 4 });
  const candidate = space.random({ seed: 3, draw: 0, name: 'test' });
  const { graph, features } = space.graph!({ candidate, resolution: side });
  const bytes = candidateFiles({ space, candidate, resolution: side }).onnx(draw);
  const read = readOnnx({ bytes, file: 'darts.onnx' });
  const at = { batch: 3, side };
  const found = graphNetwork({ graph: read, batch: 3, image: [3, side, side], wanted: 'blocks', file: '' });
  // Where a file does not say what the stem is, it ends behind its ReLU; the space marks the map before.
  const [first, ...others] = found.features.map(({ name }) => name);
  const { op, inputs } = read.nodes.find(({ outputs }) => outputs.includes(first!))!;
  expect(op).toBe('Relu');
  const own = await score({ ...at, graph, wanted: features.blocks });
  expect(await score({ ...at, graph: read, wanted: [inputs[0]!, ...others] })).toEqual(own);
  // The same as a candidate of a space of files.
  const again = readOnnx({ bytes: fileModel({ graph: read, resolution: side }).bytes(draw), file: '' });
  const wanted = 'blocks' as const;
  expect(await score({ ...at, graph: again, wanted })).toEqual(await score({ ...at, graph: read, wanted }));
});
