// Tests that a chain of blocks written as one graph is the same network: features and Jacobians agree with
// the engine's own.
import { expect, test } from 'vitest';
import { featureOf } from '../../../core/graph/features.js';
import { streamOf } from '../../../core/graph/resolve.js';
import { wholeOfBlocks } from '../../../core/graph/whole/from-blocks.js';
import { type Draw, randomDraw } from '../../../core/ir/draw.js';
import type { Network } from '../../../core/ir/network.js';
import { openSpace } from '../../../core/spaces/index.js';
import { spaceOfKind } from '../../../core/specification/space.js';
import { drawTensors } from '../../../engine/draw-tensors.js';
import { openGraph } from '../../../engine/graph/score-graph.js';
import { drawWhole } from '../../../engine/graph/whole-draw.js';
import type { NetworkScore } from '../../../engine/network-score.js';
import { scoreNetwork } from '../../../engine/score.js';
import { largestDeviation, withPrograms } from '../../support/engine.js';

const CELL = '|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|';
const CASES = [
  { kind: 'nas-bench-201', parameters: {}, candidate: CELL, resolution: 16, batch: 4 },
  {
    kind: 'mobilenet-v2',
    parameters: {},
    candidate:
      'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,2)SuperResIDWE4K5(16,24,1,8,1)SuperConvK1BNRELU(24,128,1,1)',
    resolution: 32,
    batch: 4,
  },
  // With 16 images of 5 tokens, Jacobians of 192 channels are products of two matrices.
  ...[4, 16].map((batch) => ({
    kind: 'autoformer',
    parameters: { size: 'tiny' },
    candidate: openSpace(spaceOfKind({ kind: 'autoformer', parameters: { size: 'tiny' }, path: '' })).random({
      seed: 1,
      draw: 0,
      name: 'candidate',
    }),
    resolution: 32,
    batch,
  })),
];

test.each(CASES)('$kind, batch $batch', async ({ kind, parameters, candidate, resolution, batch }) => {
  const space = openSpace(spaceOfKind({ kind, parameters, path: '' }));
  const network = space.network({ candidate, resolution });
  const drawn = randomDraw({ seed: 3, draw: 0 });
  const chain = await withPrograms((programs) =>
    scoreNetwork({
      network,
      draw: drawTensors({ draw: drawn, batch, resolution, blockSize: programs.blockSize }),
      programs,
    }),
  );
  const graph = await scoreAsGraph({ network, resolution, batch, drawn });
  expect(graph.features).toHaveLength(chain.features.length);
  expect(chain.features.every(Number.isFinite)).toBe(true);
  expect(largestDeviation(graph.features, chain.features)).toBeLessThan(1e-4);
  expect(largestDeviation(graph.blocks, chain.blocks)).toBeLessThan(1e-2);
  const sizes = ({ spectra }: NetworkScore) => spectra.map(({ samples, channels }) => [samples, channels]);
  const participations = ({ spectra }: NetworkScore) =>
    spectra.map(({ participation = null }) => participation);
  expect(sizes(graph)).toEqual(sizes(chain));
  expect(largestDeviation(participations(graph), participations(chain))).toBeLessThan(1e-3);
});

async function scoreAsGraph({
  network,
  resolution,
  batch,
  drawn,
}: {
  network: Network;
  resolution: number;
  batch: number;
  drawn: Draw;
}) {
  const whole = wholeOfBlocks({ network, batch, resolution });
  const { tape, input, logits, fed } = whole;
  const features = whole.features.map((id) => {
    const shape = tape.shape(id);
    return featureOf({
      imageAxis: 0,
      id,
      name: '',
      shape,
      channelAxis: shape.length === 4 ? 1 : 2,
      images: batch,
    });
  });
  const graph = {
    tape,
    input,
    output: logits,
    isStream: streamOf(tape, input),
    weights: fed.map(({ id, shape }) => ({
      id,
      shape,
      name: '',
      isSlope: false,
      initializer: { shape, type: 'float', read: () => undefined } as const,
    })),
    named: new Map(),
    names: new Map(),
    unread: 0,
  };
  const opened = await openGraph({
    network: {
      graph,
      file: '',
      found: 'blocks',
      features,
      roles: [],
      costs: { macs: 0, parameters: 0 },
      identities: network.identities,
    },
    threads: 1,
  });
  const { weight, images } = drawWhole({ drawn, file: '' });
  /** The chain's probes of tokens have images and tokens on one axis. */
  const flat = (shape: readonly number[]) =>
    shape.length === 3 ? [shape[0]! * shape[1]!, shape[2]!] : shape;
  const draw = {
    images,
    weight: (index: number) => weight(fed[index]!),
    signs: (block: number, shape: readonly number[]) => drawn.signs(block, flat(shape)),
  };
  return await opened.score(draw).finally(() => opened.close());
}
