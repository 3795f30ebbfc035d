// Tests that scores are the same bits with and without the prefix cache, and that fewer blocks run with it.
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../core/ir/draw.js';
import { openSpace } from '../../core/spaces/index.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { drawTensors } from '../../engine/draw-tensors.js';
import type { NetworkScore } from '../../engine/network-score.js';
import { computePrefixKeys, createPrefixCaches, type PrefixDepth } from '../../engine/prefix-cache.js';
import { scoreNetwork } from '../../engine/score.js';
import { counted, withPrograms } from '../support/engine.js';

const RESOLUTION = 32;
const mobileNetV2: SpaceSpecification = { kind: 'mobilenet-v2' };
const PARENT =
  'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,1)SuperResIDWE1K5(16,24,2,8,1)SuperResIDWE2K3(24,16,2,24,1)SuperConvK1BNRELU(16,64,1,1)';

/** A parent and its descendants. */
function family(specification: SpaceSpecification, parent: string, count: number): string[] {
  const space = openSpace(specification);
  const all = [parent];
  for (let i = 0; i < count; i++)
    all.push(
      space.mutate({
        parent: all[Math.floor(i / 3)]!,
        key: { seed: 5, draw: 0, name: `child${i}` },
        mutations: 1,
      }),
    );
  return all;
}

/** Scores candidates under two draws in turn; `runs` counts the blocks that ran. */
async function score({
  space: specification,
  candidates,
  ...memory
}: {
  space: SpaceSpecification;
  candidates: readonly string[];
  depth: PrefixDepth;
  maxBytes?: number;
}): Promise<{ scores: NetworkScore[]; runs: number }> {
  const space = openSpace(specification);
  const prefixes = createPrefixCaches(memory);
  return withPrograms(async (programs) => {
    const counting = counted(programs);
    const draws = [0, 1].map((draw) =>
      drawTensors({
        draw: randomDraw({ seed: 3, draw }),
        batch: 4,
        resolution: RESOLUTION,
        blockSize: programs.blockSize,
        memory: { prefixes: prefixes.ofDraw(String(draw)) },
      }),
    );
    const scores: NetworkScore[] = [];
    for (const candidate of candidates)
      for (const draw of draws) {
        const network = space.network({ candidate, resolution: RESOLUTION });
        scores.push(await scoreNetwork({ network, draw, programs: counting.programs }));
      }
    return { scores, runs: counting.runs() };
  });
}

describe('what candidates have in common', () => {
  it.each([
    ['mobilenet-v2', mobileNetV2, PARENT, 6],
    ['autoformer', { kind: 'autoformer', size: 'tiny' } as const, undefined, 2],
  ])('changes no bit of a score: %s', async (_, space, start, children) => {
    const parent = start ?? openSpace(space).random({ seed: 1, draw: 0, name: 'parent' });
    const candidates = family(space, parent, children);
    const alone = await score({ space, candidates, depth: 'stem' });
    const together = await score({ space, candidates, depth: 'blocks' });
    expect(together.scores).toEqual(alone.scores);
    expect(together.runs).toBeLessThan(alone.runs);
    // With room for some of them only, and in another order.
    const backwards = candidates.toReversed();
    const cramped = await score({ space, candidates: backwards, depth: 'blocks', maxBytes: 300_000 });
    const inPairs = (scores: readonly NetworkScore[]) =>
      candidates.map((__, i) => scores.slice(2 * i, 2 * i + 2));
    expect(inPairs(cramped.scores).toReversed()).toEqual(inPairs(alone.scores));
  });

  it('is run once for each draw: a child whose last unit differs runs that unit and what follows', async () => {
    const child = PARENT.replace('(24,16,2,24,1)', '(24,16,2,32,1)');
    const { runs } = await score({ space: mobileNetV2, candidates: [PARENT], depth: 'blocks' });
    const both = await score({ space: mobileNetV2, candidates: [PARENT, child], depth: 'blocks' });
    // Two units of the changed residual block, and the convolution after it.
    expect(both.runs - runs).toBe(2 * 3);
  });

  it('has keys of their own for another layout, another sense of identities, and images of other channels', () => {
    const network = openSpace(mobileNetV2).network({ candidate: PARENT, resolution: RESOLUTION });
    const { blocks } = network;
    const isMeasured = blocks.map(() => true);
    const of = (
      change: Partial<typeof network>,
      boundary: 'plain' | 'blocked' = 'blocked',
      isRead = isMeasured,
    ) =>
      computePrefixKeys({
        network: { ...network, ...change },
        boundary,
        plan: { isMeasured, isRead },
        depth: 'blocks',
      });
    const usual = of({});
    expect(of({})).toEqual(usual);
    const others = [
      of({}, 'plain'),
      of({ identities: network.identities === 'worst' ? 'skipped' : 'worst' }),
      of({ inputChannels: 1 }),
    ];
    for (const [i, key] of usual.entries())
      expect(new Set([key, ...others.map((keys) => keys[i])]).size).toBe(1 + others.length);
    // What is not read of the first block changes the states from there on.
    const unread = of({}, 'blocked', isMeasured.with(0, false));
    expect(unread[0]).toBe(usual[0]);
    for (const [i, key] of unread.slice(1).entries()) expect(key).not.toBe(usual[i + 1]);
  });

  it('is kept apart by what it depends on', async () => {
    const wider = PARENT.replace('(3,8,2,1)', '(3,16,2,1)').replace('(8,16,2,16,1)', '(16,16,2,16,1)');
    const alone = await score({ space: mobileNetV2, candidates: [wider], depth: 'blocks' });
    const after = await score({ space: mobileNetV2, candidates: [PARENT, wider], depth: 'blocks' });
    expect(after.scores.slice(2)).toEqual(alone.scores);
    expect(after.scores[0]).not.toEqual(after.scores[1]);
  });
});
