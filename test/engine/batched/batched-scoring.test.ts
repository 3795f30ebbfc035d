// Tests that requests that arrive together each get their own outcome, and that their scores agree with those
// of the CPU scorer.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sample } from '../../../core/random/shuffle.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { type FamilyName, proxiesOfFamily } from '../../../core/specification/families.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';
import type { Outcome, ScoreRequest, ScoreResult } from '../../../engine/protocol.js';
import { request as atSixteen, built } from '../../support/engine.js';

// The threads for eigenvalues run compiled files.
const { createBatchedScoring } = (await import(
  built('engine/batched/batched-scoring.js')
)) as typeof import('../../../engine/batched/batched-scoring.js');
const FAMILIES = [
  ...['az-nas', 'mean-expressivity', 'sampled-progressivity', 'residual'],
  'counts',
] as readonly FamilyName[];
const request = (candidate: string, draws?: readonly number[]): ScoreRequest => {
  const small = atSixteen(candidate, draws);
  return { ...small, families: FAMILIES, fidelity: { ...small.fidelity, resolution: 8, features: 'stages' } };
};
const candidates = sample({ key: { seed: 8, draw: 0, name: 'together' }, count: 24, size: 15_625 }).map(
  nasBench201.enumeration.at,
);
const requests = candidates.map((candidate) => request(candidate, [0, 1]));
let batched: Awaited<ReturnType<typeof createBatchedScoring>>;
let outcomes: Outcome[];
beforeAll(async () => {
  batched = await createBatchedScoring({ device: 'cpu-stack', threads: 2 });
  outcomes = await batched.scoreAll(requests);
});
afterAll(() => batched.close());

const resultOf = (outcome: Outcome | undefined): ScoreResult => {
  if (!outcome || !('result' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.result;
};

it('agrees with scoring one by one: tau of every proxy above .99', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  const expected = await scorer.scoreAll(requests);
  await scorer.close();
  for (const draw of [0, 1])
    for (const name of FAMILIES.flatMap(proxiesOfFamily)) {
      const [a, b] = [outcomes, expected].map((list) => list.map((one) => resultOf(one)[draw]![name]!));
      expect(kendall(a!, b!), name).toBeGreaterThan(0.99);
    }
  for (const name of ['complexity', 'residual', ...proxiesOfFamily('counts')]) {
    const exact = outcomes.map((one) => resultOf(one)[0]![name]);
    expect(exact).toEqual(expected.map((one) => resultOf(one)[0]![name]));
    expect(new Set(exact).size).toBeGreaterThan(1);
  }
});

it('is the same to the last bit among others, alone, and where draws are asked for one by one', async () => {
  const mixture = [
    ...requests.slice(10, 15),
    request(candidates[0]!, [1]),
    { ...request(candidates[1]!), seed: 2 },
    request(candidates[2]!, [0]),
  ];
  const found = await batched.scoreAll(mixture);
  expect(found.slice(0, 5)).toEqual(outcomes.slice(10, 15));
  expect(resultOf(found[5])).toEqual([resultOf(outcomes[0])[1]]);
  expect(resultOf(found[6])).not.toEqual([resultOf(outcomes[1])[0]]);
  expect(resultOf(found[7])).toEqual([resultOf(outcomes[2])[0]]);
  expect(await batched.scoreAll([requests[7]!])).toEqual([outcomes[7]]);
});

it('has a supernet for each batch and each choice of features', async () => {
  const usual = request(candidates[2]!, [0]);
  const others = [
    { ...usual, fidelity: { ...usual.fidelity, batch: 2 } },
    { ...usual, fidelity: { ...usual.fidelity, features: 'blocks' as const } },
  ];
  const found = await batched.scoreAll([usual, ...others]);
  const expressivities = found.map((one) => resultOf(one)[0]!['mean-expressivity']);
  expect(new Set(expressivities).size).toBe(3);
});

it('counts without a supernet where nothing else is asked for', async () => {
  const [outcome] = await batched.scoreAll([{ ...requests[0]!, families: ['counts'] }]);
  const names = proxiesOfFamily('counts');
  const counts = resultOf(outcomes[0]).map((found) =>
    Object.fromEntries(names.map((name) => [name, found[name]])),
  );
  expect(resultOf(outcome)).toEqual(counts);
});

it('what cannot be scored has its reason, the others have their scores', async () => {
  const own = { ...request(candidates[0]!).fidelity, weights: 'candidate' as const };
  const bad: ScoreRequest[] = [request('|none~0|'), { ...request(candidates[3]!), fidelity: own }];
  const found = await batched.scoreAll([bad[0]!, requests[3]!, bad[1]!]);
  expect(found[0]).toMatchObject({ reason: 'invalid', detail: expect.stringContaining('found 1 nodes') });
  expect(found[1]).toEqual(outcomes[3]);
  expect(found[2]).toMatchObject({ reason: 'invalid', detail: expect.stringContaining('candidate weights') });
});
