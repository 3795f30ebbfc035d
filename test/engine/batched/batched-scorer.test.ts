// Tests that the batched supernet, on the CPU provider, scores like the programs of single blocks.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomDraw } from '../../../core/ir/draw.js';
import { goldenDraw } from '../../../core/ir/golden-draw.js';
import { trainability } from '../../../core/proxies/az-nas.js';
import { sample } from '../../../core/random/shuffle.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { createBatchedScorer } from '../../../engine/batched/batched-scorer.js';
import type { BatchedScorer, BatchedScorerOptions } from '../../../engine/batched/scorer-types.js';
import { createStatisticsPool } from '../../../engine/batched/statistics-pool.js';
import { dialectOf, openSupernet } from '../../../engine/batched/supernet-session.js';
import { drawTensors } from '../../../engine/draw-tensors.js';
import type { NetworkScore } from '../../../engine/network-score.js';
import { scoreNetwork } from '../../../engine/score.js';
import { largestDeviation, withPrograms } from '../../support/engine.js';
import { GOLDENS_NB201 } from '../../support/goldens.js';

const small = { device: 'cpu', batch: 4, resolution: 16, threads: 2 } as const;
/**
 * Eigenvalues are computed in the test's own thread, because threads of the pool would run compiled files.
 */
const ownThread = () => createStatisticsPool({ threads: 0 });
const draw = randomDraw({ seed: 1, draw: 0 });
const random = (count: number, name: string) =>
  sample({ key: { seed: 2, draw: 0, name }, count, size: nasBench201.enumeration.size }).map(
    nasBench201.enumeration.at,
  );
const cell = (...operations: string[]) => {
  const [a, b, c, d, e, f] = operations;
  return `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;
};
const DEAD = cell('none', 'none', 'none', 'none', 'none', 'none');
const IDENTITY = cell('none', 'none', 'none', 'skip_connect', 'none', 'none');
const LONG_IDENTITY = cell('skip_connect', 'none', 'skip_connect', 'none', 'none', 'skip_connect');
const TWICE = cell('skip_connect', 'none', 'none', 'skip_connect', 'skip_connect', 'none');

/**
 * A ReLU whose input is rounding noise may pass in one program and not in the other, so a few blocks may
 * differ more.
 */
type Golden = Pick<NetworkScore, 'features' | 'blocks'> & Partial<NetworkScore>;

function expectAgreement(found: readonly NetworkScore[], expected: readonly Golden[], every: number) {
  const ofJacobians: number[] = [];
  const compare = (values: NetworkScore['blocks'], others: NetworkScore['blocks']) => {
    for (const [b, value] of values.entries()) ofJacobians.push(largestDeviation([value], [others[b]!]));
  };
  found.forEach((score, i) => {
    expect(largestDeviation(score.features, expected[i]!.features)).toBeLessThan(1e-4);
    compare(score.blocks, expected[i]!.blocks);
    const { spectra, traces } = expected[i]!;
    if (spectra) expect(score.spectra).toEqual(spectra.map(({ participation: _, ...size }) => size));
    if (traces) compare(score.traces, traces);
  });
  expect(Math.max(...ofJacobians)).toBeLessThan(every);
  const close = ofJacobians.filter((deviation) => deviation < 2e-4);
  expect(close.length / ofJacobians.length).toBeGreaterThan(0.9);
}

function perBlock(
  candidates: readonly string[],
  { batch, resolution }: { readonly batch: number; readonly resolution: number } = small,
): Promise<NetworkScore[]> {
  return withPrograms(async (programs) => {
    const tensors = drawTensors({ draw, batch, resolution, blockSize: programs.blockSize });
    const scores: NetworkScore[] = [];
    for (const candidate of candidates) {
      const network = nasBench201.network({ candidate, resolution: 32 });
      scores.push(await scoreNetwork({ network, draw: tensors, programs }));
    }
    return scores;
  });
}

type Options = Partial<Omit<BatchedScorerOptions, 'fidelity'> & BatchedScorerOptions['fidelity']>;

function openScorer({ batch = small.batch, resolution = small.resolution, features, ...options }: Options) {
  const fidelity = { batch, resolution, ...(features ? { features } : {}) };
  const { device, threads } = small;
  return createBatchedScorer({
    device,
    threads,
    statistics: ownThread(),
    size: 8,
    ...options,
    fidelity,
  });
}

async function scoreIn<T>(options: Options, use: (s: BatchedScorer) => Promise<T>) {
  const scorer = openScorer(options);
  try {
    return await use(scorer);
  } finally {
    await scorer.close();
  }
}

describe('a supernet scores as the per-block plan does', () => {
  it('200 random candidates', { timeout: 240_000 }, async () => {
    const candidates = random(200, 'agreement');
    const setting = { batch: 6, resolution: 8 };
    const found = await scoreIn({ ...setting, size: 50 }, (scorer) => scorer.score({ candidates, draw }));
    const expected = await perBlock(candidates, setting);
    expectAgreement(found, expected, 3e-2);
    const sum = (score: NetworkScore) => trainability(score.blocks);
    expect(kendall(found.map(sum), expected.map(sum))).toBeGreaterThan(0.99);
  });

  it('where only the ends of stages are measured: these parts of the whole, to the last bit', async () => {
    const candidates = [...random(6, 'ends'), IDENTITY];
    const [all, ends] = await Promise.all(
      (['blocks', 'stages'] as const).map((features) =>
        scoreIn({ features }, (scorer) => scorer.score({ candidates, draw })),
      ),
    );
    const blocks = [4, 10, 16];
    ends!.forEach((score, i) => {
      expect(score.features).toEqual([0, ...blocks.map((b) => b + 1)].map((f) => all![i]!.features[f]));
      expect(score.blocks).toEqual(blocks.map((b) => all![i]!.blocks[b]));
    });
  });

  it('dead cells, identities, doubled signals', async () => {
    const candidates = [DEAD, IDENTITY, LONG_IDENTITY, TWICE];
    const found = await scoreIn({}, (scorer) => scorer.score({ candidates, draw }));
    expectAgreement(found, await perBlock(candidates), 5e-3);
    expect(found[0]!.features.slice(1).every((value) => value === Number.NEGATIVE_INFINITY)).toBe(true);
    expect(found[0]!.blocks[0]).toBe(2 - 1e6);
    for (const i of [1, 2]) {
      expect(found[i]!.blocks.filter((value) => value === Number.NEGATIVE_INFINITY)).toHaveLength(15);
      expect(found[i]!.blocks[5]).toBeGreaterThan(-10);
    }
    expect(found[3]!.blocks.every(Number.isFinite)).toBe(true);
  });

  it.each([
    [4, 12],
    [8, 12],
    [64, 1],
  ])('the golden cases of batch %d', { timeout: 240_000 }, async (batch, count) => {
    const cases = (JSON.parse(readFileSync(GOLDENS_NB201, 'utf8')) as GoldenCase[]).filter(
      (golden) => golden.batch === batch,
    );
    expect(cases).toHaveLength(count);
    expect(new Set(cases.map(({ resolution }) => resolution))).toEqual(new Set([32]));
    const candidates = cases.map(({ arch }) => arch);
    const found = await scoreIn({ batch, resolution: 32, size: count }, (scorer) =>
      scorer.score({ candidates, draw: goldenDraw }),
    );
    const numbers = (values: readonly (number | string)[]) =>
      values.map((value) => (value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value)));
    const expected = cases.map(({ expressivityPerFeature, trainabilityPerBlock }) => ({
      features: numbers(expressivityPerFeature),
      blocks: numbers(trainabilityPerBlock),
    }));
    expectAgreement(found, expected, 5e-3);
  });
});

interface GoldenCase {
  readonly arch: string;
  readonly batch: number;
  readonly resolution: number;
  readonly expressivityPerFeature: readonly (number | string)[];
  readonly trainabilityPerBlock: readonly (number | string)[];
}

describe('what a candidate scores', () => {
  const candidates = random(16, 'mates');
  let scorer: BatchedScorer;
  let scores: NetworkScore[];
  beforeAll(async () => {
    scorer = openScorer({ size: 16 });
    scores = await scorer.score({ candidates, draw });
  });
  afterAll(() => scorer.close());

  it('does not depend on the order or on the other candidates of the run', async () => {
    const reversed = [...candidates].reverse();
    expect(await scorer.score({ candidates: reversed, draw })).toEqual([...scores].reverse());
    const few = candidates.slice(3, 7);
    expect(await scorer.score({ candidates: few, draw })).toEqual(scores.slice(3, 7));
    const alone = [candidates[5]!];
    expect(await scorer.score({ candidates: alone, draw })).toEqual([scores[5]]);
  });

  it('is the same to the last bit in any list of them, some of them more than once', {
    timeout: 240_000,
  }, async () => {
    const few = { batch: 2, resolution: 8, features: 'stages', size: 16 } as const;
    await scoreIn(few, async (small) => {
      const known = await small.score({ candidates, draw });
      const lists = fc.array(fc.nat({ max: candidates.length - 1 }), {
        minLength: 1,
        maxLength: 24,
        size: 'max',
      });
      await fc.assert(
        fc.asyncProperty(lists, async (list) => {
          const found = await small.score({ candidates: list.map((i) => candidates[i]!), draw });
          expect(found).toEqual(list.map((i) => known[i]!));
        }),
        { numRuns: 20 },
      );
    });
  });

  it('measures what each proxy reads, as the per-block plan does', async () => {
    const features = {
      expressivity: 'stages',
      progressivity: 'stages',
      trainability: 'stage-edges',
    } as const;
    const some = candidates.slice(0, 3);
    const found = await scoreIn({ features, batch: 2 }, (scorer) => scorer.score({ candidates: some, draw }));
    const expected = await withPrograms(async (programs) => {
      const tensors = drawTensors({
        draw,
        batch: 2,
        resolution: small.resolution,
        blockSize: programs.blockSize,
      });
      const scores: NetworkScore[] = [];
      for (const candidate of some) {
        const network = nasBench201.network({ candidate, resolution: 32 });
        scores.push(await scoreNetwork({ network, features, draw: tensors, programs }));
      }
      return scores;
    });
    for (const [i, { features: own, blocks, reads }] of found.entries()) {
      expect([own.length, blocks.length]).toEqual([7, 6]);
      expect(reads).toEqual(expected[i]!.reads);
      expect(largestDeviation(own, expected[i]!.features)).toBeLessThan(1e-4);
    }
  });

  it('is the same in runs of another size, up to float noise', async () => {
    const found = await scoreIn({ size: 5 }, (other) => other.score({ candidates, draw }));
    expectAgreement(found, scores, 3e-2);
  });

  it('depends on the draw', async () => {
    const other = await scorer.score({ candidates, draw: randomDraw({ seed: 1, draw: 1 }) });
    expect(other[0]!.features[0]).not.toBe(scores[0]!.features[0]);
  });

  it('is the same through the dialect of webgpu', async () => {
    const dialect = dialectOf('webgpu');
    expect(dialect).not.toEqual(dialectOf('cpu'));
    const open: typeof openSupernet = (args) => openSupernet({ ...args, dialect });
    const found = await scoreIn({ size: 16, open }, (other) => other.score({ candidates, draw }));
    expectAgreement(found, scores, 3e-2);
  });

  it('is the same after the device had too little memory for the run', async () => {
    const tried: number[] = [];
    const found = await scoreIn(
      {
        size: 16,
        open: async (args) => {
          const session = await openSupernet(args);
          tried.push(args.shape.size);
          if (args.shape.size <= 4) return session;
          const run = () =>
            Promise.reject(new Error('BFCArena: Failed to allocate memory for requested buffer'));
          return { ...session, run };
        },
      },
      (other) => other.score({ candidates, draw }),
    );
    expect(tried).toEqual([16, 8, 4]);
    expectAgreement(found, scores, 3e-2);
  });
});
