// Tests that leaving out scales of 1 and shifts of 0 does not change the scores of a network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GraphNetwork, graphNetwork, graphPrograms } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';

const FOLDER = join(import.meta.dirname, '../../goldens/onnx');
const FILES = ['timm-test_efficientnet.onnx', 'timm-test_vit.onnx', 'shufflenet_v2_x0_5.onnx'];

function read(name: string): GraphNetwork {
  const file = join(FOLDER, name);
  const graph = readOnnx({ bytes: readFileSync(file), file });
  const [, channels, height] = graph.inputs[0]!.shape;
  const image = [channels ?? 3, height ?? 64, height ?? 64];
  return graphNetwork({ graph, batch: 2, image, wanted: 'stages', file });
}

describe('drawn weights', () => {
  it.each(FILES)('%s', { timeout: 60_000 }, async (file) => {
    const network = read(file);
    const draw = drawGraph({ network, drawn: randomDraw({ seed: 2, draw: 0 }), file });
    const score = async (weights: 'drawn' | 'own') => {
      const opened = await openGraph({ network, threads: 1, weights });
      return opened.score(draw).finally(() => opened.close());
    };
    const [folded, whole] = [await score('drawn'), await score('own')];
    const values = (from: typeof whole) => [...from.features, ...from.blocks].map((value) => value ?? 0);
    for (const [i, value] of values(whole).entries())
      expect(Math.abs(values(folded)[i]! - value)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value)));
  });

  it('have fewer operations, and no port for a scale or a shift', () => {
    const network = read('timm-test_vit.onnx');
    const size = (weights: 'drawn' | 'own') => {
      const { programs } = graphPrograms({ network, weights, channelBlock: 1 });
      return programs.reduce((sum, { bytes }) => sum + bytes.length, 0);
    };
    expect(size('drawn')).toBeLessThan(size('own'));
    const fed = graphPrograms({ network, weights: 'drawn', channelBlock: 1 }).programs.flatMap(({ feeds }) =>
      feeds.map(({ name }) => name),
    );
    const constants = network.roles.flatMap(({ kind }, i) =>
      kind === 'scale' || kind === 'shift' ? [`w${i}`] : [],
    );
    expect(constants.length).toBeGreaterThan(10);
    expect(fed.filter((name) => constants.includes(name))).toEqual([]);
  });
});
