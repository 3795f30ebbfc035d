// Tests that proxies that read different features have the same values as if all were measured.
import { describe, expect, it } from 'vitest';
import type { FeaturesOfProxies, Measured } from '../../core/ir/measured.js';
import { expressivity, progressivity, trainability } from '../../core/proxies/az-nas.js';
import { createCpuScorer } from '../../engine/cpu-scorer.js';
import type { ScoreRequest } from '../../engine/protocol.js';

const GENOTYPE =
  "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

const asked: FeaturesOfProxies = {
  expressivity: 'stages',
  progressivity: 'blocks',
  trainability: 'stage-edges',
};
const cases: readonly {
  readonly name: string;
  readonly of: Pick<ScoreRequest, 'space' | 'candidate'>;
  readonly resolution: number;
  /** The blocks that end a stage, and those that begin or end one. */
  readonly ends: readonly number[];
  readonly edges: readonly number[];
}[] = [
  {
    name: 'blocks of a cell',
    of: {
      space: { kind: 'nas-bench-201' },
      candidate: '|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|skip_connect~2|',
    },
    resolution: 16,
    ends: [4, 10, 16],
    edges: [0, 4, 5, 10, 11, 16],
  },
  {
    name: 'a graph',
    of: { space: { kind: 'darts', cells: 7, channels: 4 }, candidate: GENOTYPE },
    resolution: 16,
    ends: [1, 3, 6],
    edges: [0, 1, 2, 3, 4, 6],
  },
];

describe.each(cases)('$name', ({ of, resolution, ends, edges }) => {
  it('has the same proxies', async () => {
    const scorer = await createCpuScorer({ threads: 1 });
    const score = async (features: Measured) => {
      const fidelity = { batch: 2, resolution, weights: 'shared', features } as const;
      const families = ['az-nas', 'residual', 'mean-expressivity', 'sampled-progressivity'] as const;
      const request = { ...of, seed: 1, draws: [0], fidelity, families, report: 'details' } as const;
      const [outcome] = await scorer.scoreAll([request]);
      if (!outcome || !('result' in outcome)) throw new Error(JSON.stringify(outcome));
      return { proxies: outcome.result[0]!, network: outcome.details!.networks[0]! };
    };
    try {
      const { network: all } = await score('blocks');
      const { proxies, network } = await score(asked);
      const atEnds = [0, ...ends.map((end) => end + 1)].map((feature) => all.features[feature]!);
      expect(proxies.expressivity).toBeCloseTo(expressivity(atEnds), 3);
      expect(proxies['mean-expressivity']).toBeCloseTo(expressivity(atEnds) / atEnds.length, 3);
      expect(proxies.progressivity).toBeCloseTo(progressivity(all.features), 3);
      expect(proxies.trainability).toBeCloseTo(trainability(edges.map((block) => all.blocks[block]!)), 3);
      expect(network.features).toHaveLength(all.features.length);
      const sampled = all.spectra.filter(({ samples, channels }) => samples >= 4 * channels);
      expect(proxies['sampled-progressivity']).toBeCloseTo(
        sampled.length < 2 ? 0 : progressivity(all.features.slice(0, sampled.length)),
        3,
      );
    } finally {
      await scorer.close();
    }
  });
});

it('features and Jacobians that no proxy reads change no bit, whether they are measured or skipped', async () => {
  const features = { ...asked, progressivity: 'stages' } as const;
  const families = ['az-nas', 'residual', 'mean-expressivity', 'sampled-progressivity'] as const;
  const spaces: readonly Pick<ScoreRequest, 'space' | 'candidate'>[] = [
    ...cases.map(({ of }) => of),
    {
      space: { kind: 'mobilenet-v2' },
      candidate:
        'SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,16,1)SuperResIDWE1K5(16,24,2,8,3)SuperConvK1BNRELU(24,64,1,1)',
    },
  ];
  for (const of of spaces) {
    const scorer = await createCpuScorer({ threads: 1 });
    const score = async (of_: Measured, report?: 'details', wanted: ScoreRequest['families'] = families) => {
      const fidelity = { batch: 2, resolution: 32, weights: 'shared', features: of_ } as const;
      const request = { ...of, seed: 1, draws: [0], fidelity, families: wanted };
      const [outcome] = await scorer.scoreAll([{ ...request, ...(report ? { report } : {}) }]);
      if (!outcome || !('result' in outcome)) throw new Error(JSON.stringify(outcome));
      return outcome;
    };
    try {
      // The states after leading blocks are cached, and must not be taken for those with other features.
      const skipped = await score(features);
      const blocks = await score('blocks', 'details');
      const measured = await score(features, 'details');
      expect(skipped.result).toEqual(measured.result);
      expect(blocks.details!.networks[0]!.features.every(Number.isFinite)).toBe(true);
      expect(measured.details!.networks[0]!.features.every(Number.isFinite)).toBe(true);
      expect((await score(features)).result).toEqual(skipped.result);
      // Without a proxy that reads Jacobians, graphs are run forwards only.
      const { 'mean-expressivity': mean, 'sampled-progressivity': sampled } = skipped.result[0]!;
      const forwards = await score(features, undefined, ['mean-expressivity', 'sampled-progressivity']);
      expect(forwards.result).toEqual([{ 'mean-expressivity': mean, 'sampled-progressivity': sampled }]);
    } finally {
      await scorer.close();
    }
  }
});
