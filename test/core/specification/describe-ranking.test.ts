// Tests that a completed specification, which no longer names a preset, is said to rank by the one that it was written with.
import { describe, expect, test } from 'vitest';
import { readSpecificationInput } from '../../../client/specification/read-specification.js';
import { describeRanking, rankedBy } from '../../../core/specification/describe-ranking.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { smallNetwork } from '../../support/small-networks.js';

const SPACES = [
  'nas-bench-201',
  'nas-bench-101',
  'darts',
  'mobilenet-v2',
  { kind: 'autoformer', size: 'tiny' },
  { kind: 'transnas-bench-101', size: 'macro' },
];
const read = (fields: object) =>
  checkSpecification({ value: { name: 'a', space: 'nas-bench-201', ...fields }, source: 'test' });

describe.each(SPACES)('in the space %j', (space) => {
  test.each(['assembled', 'az-nas'] as const)('%s is recognized', (aggregation) => {
    for (const fidelity of ['screen', 'standard'])
      expect(rankedBy(read({ space, aggregation, fidelity }))?.preset).toBe(aggregation);
    const rounds = [{ fidelity: 'screen', keep: 0.5 }, { fidelity: 'standard' }];
    const strategy = { kind: 'screening', source: { kind: 'random', samples: 8 }, rounds };
    expect(rankedBy(read({ space, aggregation, strategy }))?.preset).toBe(aggregation);
    // As a program reads it back from a search.
    const stored = JSON.parse(JSON.stringify(read({ space, aggregation })));
    expect(rankedBy(stored)?.preset).toBe(aggregation);
  });
});

test.each([
  { aggregation: 'log-rank' },
  { aggregation: 'linear-rank' },
  { fidelity: { features: 'blocks' } },
  { proxies: ['naswot', 'synflow'] },
  {
    proxies: [
      'mean-expressivity',
      'sampled-progressivity',
      'trainability',
      'residual',
      'complexity',
      'parameters',
    ],
  },
])('%j is no preset', (fields) => {
  expect(rankedBy(read(fields))).not.toHaveProperty('preset');
});

test('a search of an early release, which names no features, is described', () => {
  const { fidelity, ...early } = read({ aggregation: 'az-nas' });
  const { features: _, ...others } = fidelity;
  expect(rankedBy({ ...early, fidelity: others as typeof fidelity })?.preset).toBe('az-nas');
});

test('the line names the preset or the kind, and each weight', () => {
  expect(describeRanking(read({}))).toBe(
    'assembled: 2 mean-expressivity + 1/2 complexity (FLOPs) + 3/4 spatial-depth + 1/2 activations + 1/4 progressivity + trainability + residual',
  );
  const weights = { trainability: 2 };
  expect(describeRanking(read({ aggregation: { kind: 'log-rank', weights } }))).toBe(
    'log-rank: expressivity + progressivity + 2 trainability + complexity (FLOPs)',
  );
  expect(describeRanking(read({ proxies: ['naswot'], aggregation: 'linear-rank' }))).toBe(
    'linear-rank: naswot',
  );
});

test('a calibrated ranking is no weighted sum', () => {
  const specification = read({ proxies: ['naswot', 'depth'] });
  const calibration = {
    digest: '0'.repeat(64),
    dataset: 'cifar10',
    labels: 50,
    method: 'model',
    space: 'same',
  } as const;
  const calibrated = { ...specification, aggregation: { ...specification.aggregation, calibration } };
  expect(rankedBy(calibrated)).toBeUndefined();
  expect(describeRanking(calibrated)).toBe('a calibration to 50 labels of cifar10: naswot, depth');
});

test('among the networks of files, assembled has terms of its own', async () => {
  const space = { kind: 'onnx', files: ['small.onnx'], resolution: 16 };
  const { specification } = await readSpecificationInput(
    {
      value: { name: 'a', strategy: { kind: 'exhaustive' }, space, fidelity: { batch: 4 } },
      files: () => smallNetwork({ widths: [8, 12, 16], kernel: 3 }),
    },
    { modules: 'refused' },
  );
  expect(describeRanking(specification)).toBe(
    'assembled: mean-expressivity + flops + parameters + depth + activations',
  );
});
