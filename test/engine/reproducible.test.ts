// Tests that scores are the same bits in any order and in any process, and that two layouts agree.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { randomDraw } from '../../core/ir/draw.js';
import { sample } from '../../core/random/shuffle.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { type CpuScorer, createCpuScorer } from '../../engine/cpu-scorer.js';
import type { ScoreRequest, ScoreResult } from '../../engine/protocol.js';
import {
  largestDeviation,
  request,
  scoreCandidate,
  scoreElsewhere,
  withPrograms,
} from '../support/engine.js';

const COUNT = 6;
const candidates = sample({
  key: { seed: 3, draw: 0, name: 'order' },
  count: COUNT,
  size: nasBench201.enumeration.size,
}).map(nasBench201.enumeration.at);

/** The bits of each candidate's result. */
async function score(order: readonly string[]): Promise<Map<string, string>> {
  const scorer = await createCpuScorer({ threads: 1 });
  const found = new Map<string, string>();
  for (const candidate of order)
    found.set(candidate, serialize(await scorer.score(request(candidate))).toString('base64'));
  await scorer.close();
  return found;
}

describe('proxies', () => {
  it('have the same bits in another order and in another process', async () => {
    const first = await score(candidates);
    expect(new Set(first.values()).size).toBe(COUNT);
    const reversed = [...candidates].reverse();
    expect(await score(reversed)).toEqual(first);
    const elsewhere = scoreElsewhere(reversed.map((candidate) => request(candidate)));
    expect(elsewhere).toEqual(reversed.map((candidate) => first.get(candidate)));
  });

  it('have the same bits when a draw is computed alone', async () => {
    const scorer = await createCpuScorer({ threads: 1 });
    const both = await scorer.score(request(candidates[0]!, [0, 1]));
    expect(await scorer.score(request(candidates[0]!, [1]))).toEqual([both[1]]);
    expect(both[0]).not.toEqual(both[1]);
    await scorer.close();
  });

  it('have the same bits after searches of other seeds, batches and resolutions', async () => {
    const usual = request(candidates[0]!);
    const searches = [
      usual,
      { ...usual, seed: 2 },
      { ...usual, fidelity: { ...usual.fidelity, batch: 2 } },
      { ...usual, fidelity: { ...usual.fidelity, resolution: 8 } },
    ];
    const scoreAll = async (requests: readonly ScoreRequest[]) => {
      const scorer = await createCpuScorer({ threads: 1 });
      const found: ScoreResult[] = [];
      for (const each of requests) found.push(await scorer.score(each));
      await scorer.close();
      return found;
    };
    const together = await scoreAll(searches);
    const alone = await Promise.all(searches.map((each) => scoreAll([each])));
    expect(together).toEqual(alone.flat());
    expect(new Set(together.map(([proxies]) => proxies!.expressivity)).size).toBe(searches.length);
  });

  // Their tensors lie in memory that the next candidates of the scorer overwrite.
  it('have the same bits under weights of their own, whoever is scored before, or at the same time', async () => {
    const own = (candidate: string) => {
      const { fidelity, ...rest } = request(candidate, [0, 1]);
      return { ...rest, fidelity: { ...fidelity, weights: 'candidate' as const } };
    };
    const scoredBy = async (work: (scorer: CpuScorer) => Promise<ScoreResult[]>) => {
      const scorer = await createCpuScorer({ threads: 1 });
      return await work(scorer).finally(() => scorer.close());
    };
    const inTurn = (order: readonly string[]) => async (scorer: CpuScorer) => {
      const results: ScoreResult[] = [];
      for (const candidate of order) results.push(await scorer.score(own(candidate)));
      return results;
    };
    const alone: ScoreResult[] = [];
    for (const candidate of candidates) alone.push(...(await scoredBy(inTurn([candidate]))));
    expect(new Set(alone.map((scores) => serialize(scores).toString('base64'))).size).toBe(COUNT);
    expect(await scoredBy(inTurn([...candidates, ...candidates]))).toEqual([...alone, ...alone]);
    const atOnce = await scoredBy(({ score }) => Promise.all(candidates.map((each) => score(own(each)))));
    expect(atOnce).toEqual(alone);
  });

  // With 2 images the last stage has fewer samples than channels, so a Gram matrix replaces the covariance.
  it.each([4, 2])('agree in the plain and in the blocked layout, batch %i', async (batch) => {
    const draw = randomDraw({ seed: 4, draw: 0 });
    const scoreAll = (layout: 'plain' | 'blocked') =>
      withPrograms(
        (programs) =>
          Promise.all(candidates.map((candidate) => scoreCandidate({ candidate, batch, draw, programs }))),
        layout,
      );
    const [plain, blocked] = [await scoreAll('plain'), await scoreAll('blocked')];
    for (const [i, candidate] of candidates.entries()) {
      expect(largestDeviation(plain[i]!.features, blocked[i]!.features), candidate).toBeLessThan(1e-4);
      expect(largestDeviation(plain[i]!.blocks, blocked[i]!.blocks), candidate).toBeLessThan(5e-3);
    }
  });
});

/** The features at the ends of the three stages of five cells; the stem's feature comes first. */
const STAGE_FEATURES = [0, 5, 11, 17];
const STAGE_BLOCKS = [4, 10, 16];

describe.each(['blocked', 'plain'] as const)('features at stages, %s layout', (layout) => {
  it('are those that measuring every block finds there', async () => {
    const draw = randomDraw({ seed: 1, draw: 0 });
    await withPrograms(async (programs) => {
      for (const candidate of candidates) {
        const all = await scoreCandidate({ candidate, draw, programs });
        const stages = await scoreCandidate({ candidate, features: 'stages', draw, programs });
        const features = STAGE_FEATURES.map((index) => all.features[index]!);
        const blocks = STAGE_BLOCKS.map((index) => all.blocks[index]!);
        expect(stages.features).toHaveLength(features.length);
        expect(stages.blocks).toHaveLength(blocks.length);
        expect(largestDeviation(stages.features, features)).toBeLessThan(1e-4);
        expect(largestDeviation(stages.blocks, blocks)).toBeLessThan(1e-4);
      }
    }, layout);
  });
});

const GENOTYPE =
  "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

describe.each([
  ['blocks', { kind: 'nas-bench-201' }, candidates[0]!],
  ['a graph', { kind: 'darts', cells: 4, channels: 4 }, GENOTYPE],
] as const)('images and weights of %s', (_, space, candidate) => {
  const score = async (weights: 'shared' | 'candidate', images?: ScoreRequest['images']) => {
    const scorer = await createCpuScorer({ threads: 1 });
    const fidelity = { batch: 2, resolution: 16, weights, features: 'stages' } as const;
    const families = ['az-nas', 'snip', 'jacov'] as const;
    const request = { space, candidate, seed: 1, draws: [0, 1], fidelity, families };
    return await scorer.score({ ...request, ...(images ? { images } : {}) }).finally(() => scorer.close());
  };

  it('are others if they are of the candidate alone, for every proxy', async () => {
    const [[shared], [own]] = [await score('shared'), await score('candidate')];
    for (const proxy of ['expressivity', 'snip', 'jacov'] as const)
      expect(own![proxy], proxy).not.toBe(shared![proxy]);
    expect(own!.complexity).toBe(shared!.complexity);
  });

  it('are, in each draw, the next ones of a file', async () => {
    const noise = (draw: number) => randomDraw({ seed: 1, draw }).input([2, 3, 16, 16]);
    const folder = mkdtempSync(join(tmpdir(), 'images-'));
    const fileOf = (...draws: readonly number[]): ScoreRequest['images'] => {
      const file = join(folder, draws.join('-'));
      writeFileSync(file, Buffer.concat(draws.map((draw) => new Uint8Array(noise(draw).buffer))));
      return { file, digest: file, shape: [2 * draws.length, 3, 16, 16] };
    };
    try {
      const random = await score('shared');
      expect(await score('shared', fileOf(0, 1))).toEqual(random);
      const other = await score('shared', fileOf(0, 7));
      expect(other[0]).toEqual(random[0]);
      for (const proxy of ['expressivity', 'jacov'] as const)
        expect(other[1]![proxy], proxy).not.toBe(random[1]![proxy]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
