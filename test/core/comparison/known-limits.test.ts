// Tests that the known limits in a comparison's checklist are measured ones, of the benchmark that resembles the space.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { knownRanking } from '../../../client/comparison/known-ranking.js';
import { type ComparedSearch, compareCohorts } from '../../../core/comparison/comparison.js';
import { KNOWN_LIMITS, type KnownLimit, nearestLimit } from '../../../core/comparison/known-limits.js';
import { termsIn } from '../../../core/specification/assemblies.js';
import { spaceDefaults } from '../../../core/specification/space.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { noisyCohort } from '../../support/noisy-cohort.js';

it('the known limits are the results of the benchmark', () => {
  const { spaces } = JSON.parse(readFileSync('bench/results/ranking.json', 'utf8'));
  const round = (value: number) => Math.round(value * 100) / 100;
  const expected = spaces.map(
    ({ name, rankers }: { name: string; rankers: { name: string; kendall: number }[] }) => {
      const tau = (ranker: string) => round(rankers.find((each) => each.name === ranker)!.kendall);
      return {
        benchmark: name,
        assembled: tau('assembled'),
        general: tau('assembled, general'),
        azNas: tau('the four, blocks'),
        fourAtStages: tau('the four, stages'),
        flops: tau('FLOPs'),
        parameters: tau('parameters'),
      };
    },
  );
  const [{ correlations }] = JSON.parse(readFileSync('bench/results/imagenet.json', 'utf8')).studies;
  const tau = (ranker: string) =>
    round(correlations.find(({ name }: { name: string }) => name === ranker).kendall);
  const imported = {
    benchmark: 'torchvision',
    assembled: tau('assembled'),
    azNas: tau('az-nas'),
    flops: tau('complexity (FLOPs)'),
    parameters: tau('parameters'),
  };
  expect(KNOWN_LIMITS).toEqual([...expected, imported]);
  expect(nearestLimit({ kind: 'onnx' })).toEqual(imported);
});

it('each size of a space has the limits of its own benchmark', () => {
  const nearest = (size: string) => nearestLimit({ kind: 'transnas-bench-101', size })?.benchmark;
  expect(['micro', 'macro'].map(nearest)).toEqual(['transnas-bench-101-micro', 'transnas-bench-101-macro']);
  expect(nearestLimit({ kind: 'custom' })).toBeUndefined();
  // Both have images of 224 pixels a side.
  expect(spaceDefaults({ kind: 'mobilenet-v2' }).resolution).toBe(224);
  const nearestChain = nearestLimit({ kind: 'mobilenet-v2' })!;
  expect(nearestChain.benchmark).toBe('accel-nasbench-224');
  // The preset has other terms in the benchmark.
  expect(termsIn('assembled', { kind: 'mobilenet-v2' })).toEqual(termsIn('assembled', undefined));
  const { assembled, general } = KNOWN_LIMITS.find(({ benchmark }) => benchmark === 'accel-nasbench-224')!;
  expect(nearestChain.assembled).toBe(general);
  expect(assembled).toBeGreaterThan(general!);
});

/** What the checklist knows of a ranking of NAS-Bench-201 that is specified with these fields. */
function limitsOf(fields: object) {
  const value = { name: 'a', space: 'nas-bench-201', strategy: { kind: 'random', samples: 40 }, ...fields };
  const specification = checkSpecification({ value, source: 'test' });
  const search: ComparedSearch = {
    cohort: noisyCohort(),
    space: specification.space,
    knownAs: knownRanking(specification),
    known: new Map(),
    millisecondsPerCandidate: null,
  };
  const [found] = compareCohorts({ searches: [search], differ: () => [] }).searches;
  return found!.checklist.find(({ topic }) => topic === 'limits')!;
}

it('a ranking that agrees no better than a cost is no better than counting', () => {
  const { assembled, parameters } = nearestLimit({ kind: 'mobilenet-v2' })!;
  expect(assembled).toBeLessThanOrEqual(parameters);
  const { verdict, answer } = limitsOf({ space: 'mobilenet-v2', strategy: { kind: 'random', samples: 9 } });
  expect(verdict).toBe('caution');
  expect(answer).toContain('counting is at least as good there');
});

it('the known agreement is that of the ranking that was searched', () => {
  const [{ assembled, azNas, fourAtStages }] = KNOWN_LIMITS as [Required<KnownLimit>];
  const own = [{}, { aggregation: 'az-nas' }, { aggregation: 'log-rank' }].map(
    (fields) => limitsOf(fields).answer,
  );
  expect(own[0]).toContain(`was ${assembled} for this ranking (\`assembled\`)`);
  expect(own[1]).toContain(`was ${azNas} for this ranking (\`az-nas\`)`);
  expect(own[2]).toContain(
    `was ${fourAtStages.toFixed(2)} for this ranking (the four proxies of AZ-NAS at stages)`,
  );
  for (const fields of [
    { proxies: ['naswot', 'synflow'] },
    { aggregation: { kind: 'log-rank', weights: { trainability: 2 } } },
    { aggregation: 'linear-rank' },
  ]) {
    const { verdict, answer } = limitsOf(fields);
    expect(verdict).toBe('unknown');
    expect(answer).toMatch(/^This ranking was not measured on nas-bench-201/);
    expect(answer).toContain(`${assembled} for \`assembled\` and ${azNas} for \`az-nas\``);
  }
});
