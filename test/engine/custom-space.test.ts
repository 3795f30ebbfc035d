// Tests that candidates of custom spaces score the same in the plain and the NCHWc layout, at blocks and at ends of stages.
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../core/ir/draw.js';
import { customSpace } from '../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../core/spaces/custom/schema.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import { scoreNetwork } from '../../engine/score.js';
import { largestDeviation, withPrograms } from '../support/engine.js';

const cell = '|nor_conv_3x3~0|+|avg_pool_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|';
const value = {
  input: { channels: 2, resolution: 16 },
  classes: 7,
  stages: [
    { block: 'cell', width: [8, 16], depth: 2, cell },
    {
      block: ['conv', 'basic', 'bottleneck', 'inverted'],
      width: [16, 24],
      depth: 2,
      expansion: 2,
      stride: 2,
    },
    { block: 'reduction', width: 16 },
  ],
};
const space = customSpace({ definition: checkDefinition({ value, source: 'test' }) });
const CANDIDATES = ['conv-w24', 'basic-w24', 'bottleneck-w16', 'inverted-w16'].map(
  (stage, i) => `cell-w${i % 2 ? 8 : 16}|${stage}|reduction`,
);

function scoreAll(layout: 'plain' | 'blocked', features: 'blocks' | 'stages') {
  return withPrograms(async (programs) => {
    const { blockSize } = programs;
    const draw = drawTensors({ draw: randomDraw({ seed: 1, draw: 0 }), batch: 4, resolution: 16, blockSize });
    const scores = [];
    for (const candidate of CANDIDATES)
      scores.push(
        await scoreNetwork({
          network: space.network({ candidate, resolution: 16 }),
          features,
          draw,
          programs,
        }),
      );
    return scores;
  }, layout);
}

it('scores agree in the plain and in the blocked layout', async () => {
  const [plain, blocked] = [await scoreAll('plain', 'blocks'), await scoreAll('blocked', 'blocks')];
  CANDIDATES.forEach((candidate, i) => {
    expect(plain[i]!.features.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
    expect(plain[i]!.features).toHaveLength(6);
    expect(largestDeviation(plain[i]!.features, blocked[i]!.features), candidate).toBeLessThan(1e-4);
    expect(largestDeviation(plain[i]!.blocks, blocked[i]!.blocks), candidate).toBeLessThan(5e-3);
  });
});

it('at the ends of stages they are those of the same features', async () => {
  const [all, ends] = [await scoreAll('plain', 'blocks'), await scoreAll('plain', 'stages')];
  ends.forEach(({ features, blocks }, i) => {
    expect(features).toEqual([0, 2, 4, 5].map((at) => all[i]!.features[at]));
    expect(blocks).toEqual([1, 3, 4].map((at) => all[i]!.blocks[at]));
  });
});

describe('transformers', () => {
  const definition = (stages: object[]) =>
    checkDefinition({
      value: { input: { resolution: 16 }, classes: 5, stages },
      source: 'test',
    });
  const token = { block: 'transformer', width: 24, depth: 2, heads: 1, ratio: 2, patch: 4 };
  const wider = { block: 'transformer', width: 32, heads: 2 };
  const score = (stages: object[], features: 'blocks' | 'stages') => {
    const space = customSpace({ definition: definition(stages) });
    const candidate = space.random({ seed: 1, draw: 0, name: 'test' });
    return withPrograms((programs) =>
      scoreNetwork({
        network: space.network({ candidate, resolution: 16 }),
        features,
        draw: drawTensors({ draw: randomDraw({ seed: 1, draw: 0 }), batch: 4, resolution: 16, blockSize: 1 }),
        programs,
      }),
    );
  };

  it('alone: measured after each attention and each MLP, at the ends of stages too', async () => {
    const scored = await score([token, wider], 'blocks');
    expect(scored.features).toHaveLength(6);
    expect(scored.blocks).toHaveLength(5);
    expect([...scored.features, ...scored.blocks].every(Number.isFinite)).toBe(true);
    expect(await score([token, wider], 'stages')).toEqual(scored);
  });

  it('after convolutions: no trainability where the map becomes tokens', async () => {
    const convolutions = { block: 'basic', width: 8, depth: 2, stride: 2 };
    const scored = await score([convolutions, { ...token, patch: 2 }], 'blocks');
    expect(scored.features).toHaveLength(7);
    expect(scored.blocks.map((value) => value === null)).toEqual([false, false, true, false, false, false]);
    expect(scored.features.every(Number.isFinite)).toBe(true);
    const stages = await score([convolutions, { ...token, patch: 2 }], 'stages');
    expect(stages.features).toEqual([0, 2, 3, 4, 5, 6].map((at) => scored.features[at]));
  });
});
