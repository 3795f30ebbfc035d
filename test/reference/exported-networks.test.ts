// Tests that candidates of the built-in spaces, exported as ONNX and read back as graphs, score like the
// spaces' own programs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelLayers } from '../../core/export/layers.js';
import { onnxModel } from '../../core/export/onnx-model.js';
import { cutPoints } from '../../core/graph/features.js';
import { graphNetwork } from '../../core/graph/network.js';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import { randomDraw } from '../../core/ir/draw.js';
import { openSpace, type SpaceSpecification } from '../../core/spaces/index.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { openGraph } from '../../engine/graph/score-graph.js';
import { createPrograms, type Programs } from '../../engine/programs.js';
import { scoreNetwork } from '../../engine/score.js';

const BATCH = 4;
const draw = randomDraw({ seed: 3, draw: 0 });

let programs: Programs;
beforeAll(async () => {
  programs = await createPrograms({ threads: 1 });
});
afterAll(() => programs.close());

const CASES: readonly { space: SpaceSpecification; resolution: number }[] = [
  { space: { kind: 'nas-bench-201' }, resolution: 16 },
  { space: { kind: 'mobilenet-v2' }, resolution: 64 },
  { space: { kind: 'autoformer', size: 'tiny' }, resolution: 64 },
];

describe('read back as graphs', () => {
  it.each(CASES)('$space.kind', { timeout: 120_000 }, async ({ space: specification, resolution }) => {
    const space = openSpace(specification);
    const candidate = space.random({ seed: 5, draw: 0, name: 'exported' });
    const network = space.network({ candidate, resolution });
    const tensors = drawTensors({ draw, batch: BATCH, resolution, blockSize: programs.blockSize });
    const own = await scoreNetwork({ network, draw: tensors, programs });

    const bytes = onnxModel({ layers: modelLayers({ network, resolution }), draw, resolution });
    const file = `${specification.kind}.onnx`;
    const graph = readOnnx({ bytes, file });
    const at = { graph, batch: BATCH, image: [3, resolution, resolution], file };
    const score = async (wanted: readonly string[]) => {
      const found = graphNetwork({ ...at, wanted });
      const opened = await openGraph({ network: found, threads: 1, weights: 'own' });
      const { weights } = found.graph;
      const weight = (i: number) => Float32Array.from(weights[i]!.initializer.read()!);
      return opened.score({ images: draw.input, signs: draw.signs, weight }).finally(() => opened.close());
    };
    // Among all cut points, those whose expressivity equals that of the space's features, in order.
    const all = cutPoints(resolveGraph(at)).map(({ name }) => name);
    const { features } = await score(all);
    let from = 0;
    const names = own.features.map((value) => {
      const index = features.findIndex((each, i) => i >= from && Math.abs(each - value) < 1e-4);
      expect(index, `a feature of expressivity ${value} after ${from}`).toBeGreaterThanOrEqual(0);
      from = index + 1;
      return all[index]!;
    });
    const { blocks } = await score(names);
    for (const [i, value] of own.blocks.entries())
      if (value !== null && Number.isFinite(value))
        expect(Math.abs(blocks[i]! - value) / Math.max(1, Math.abs(value))).toBeLessThan(2e-3);
  });
});
