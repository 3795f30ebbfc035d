// Tests that audit, scoring, verification and ranking handle each family of proxies separately.
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, test } from 'vitest';
import { addressScores } from '../../activities/address-scores.js';
import { auditScores } from '../../activities/audit-scores.js';
import { lookUpFacts } from '../../activities/cohort.js';
import { createLocalImages } from '../../activities/local-images.js';
import { rankCandidates } from '../../activities/rank-candidates.js';
import { sampleScores } from '../../activities/sample-scores.js';
import { scoreShard } from '../../activities/score-shard.js';
import type { Scoring } from '../../activities/scoring.js';
import { verifyScores } from '../../activities/verify-scores.js';
import { scoreKey } from '../../core/address.js';
import type { VerifyResult } from '../../core/contract/verification.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { parseSpecification } from '../../core/specification/specification.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import { gateOfOne } from '../support/scoring-activities.js';

const { enumeration, costs } = openSpace({ kind: 'nas-bench-201' });
const candidates = Array.from({ length: 6 }, (_, i) => enumeration!.at(i * 97));
const store = createMemoryStore();
const plan = await writeCandidateList(store.blobs, candidates);
let requests: ScoreRequest[] = [];
beforeEach(() => {
  requests = [];
});

const specificationOf = (proxies: string) =>
  parseSpecification({
    text: `name: a\nspace: { kind: nas-bench-201 }\ncohort: written\nstrategy: { kind: random, samples: 6 }\nfidelity: { draws: 2, batch: 1 }\nproxies: [${proxies}]`,
    source: 'spec.yaml',
  });

/** A scorer whose numbers follow from the candidate, and which records its requests. */
function scoringOf(worker: string, wrong = 0): Scoring {
  return {
    device: 'cpu',
    worker,
    standing: new AbortController().signal,
    size: 1,
    countDeaths: () => 0,
    score: async (request) => {
      requests.push(request);
      const value = candidates.indexOf(request.candidate);
      const families = request.families ?? ['az-nas'];
      return request.draws.map((draw) => ({
        ...(families.includes('az-nas')
          ? { expressivity: value, progressivity: -value, trainability: draw, complexity: 1 }
          : {}),
        ...(families.includes('residual') ? { residual: value / 10 + wrong } : {}),
      }));
    },
    onScored: () => {},
    onVerified: () => {},
    onFailed: () => {},
  };
}

const gate = gateOfOne();
const images = createLocalImages({ blobs: store.blobs });
const run = 'run';

async function search(proxies: string) {
  const specification = specificationOf(proxies);
  const { engine, scopes, families } = await addressScores({ specification });
  const address = { engine, scope: scopes[0]!, ...(families ? { families: families[0]! } : {}) };
  const given = { run, specification, address };
  const audit = () => auditScores({ store })({ ...given, plan });
  const environment = new MockActivityEnvironment();
  const score = async (worker: string) => {
    const { todo } = await audit();
    const activity = scoreShard({ store, scoring: scoringOf(worker), images, gate });
    const range = { search: 'a', list: todo, shard: 0, from: 0, to: todo.count };
    return await environment.run(activity, { ...given, ...range });
  };
  const rank = async () => {
    const { ranking } = await rankCandidates({ store })({ ...given, plan });
    const text = Buffer.from(await store.blobs.get(ranking)).toString();
    return { header: text.split('\n')[0]!, rows: readRankingCsv(text) };
  };
  return { given, address, audit, score, rank, environment };
}

test('a second family is computed and stored beside the first, of which nothing is computed again', async () => {
  const first = await search('expressivity, complexity');
  expect(first.address).not.toHaveProperty('families');
  expect(await first.score('one')).toMatchObject({ scored: 6 });
  expect(requests.every((request) => request.families === undefined)).toBe(true);
  expect((await first.audit()).missing).toBe(0);
  const before = await first.rank();
  expect(before.header).toBe(
    'rank,candidate,score,expressivity,progressivity,trainability,complexity,parameters',
  );

  requests = [];
  const second = await search('expressivity, complexity, residual, flops');
  expect(second.address.scope).toBe(first.address.scope);
  expect((await second.audit()).missing).toBe(6);
  expect(await second.score('two')).toMatchObject({ scored: 6, reused: 0 });
  expect(requests.map(({ families }) => families)).toEqual(Array(6).fill(['residual']));
  expect((await second.audit()).missing).toBe(0);
  const { scope, families } = second.address;
  const keys = candidates.map((candidate) => `${candidate}#1`);
  for (const [of, worker] of [
    [scope, 'one'],
    [families!.residual!, 'two'],
  ] as const)
    expect(new Set([...(await store.signed.get(of, keys)).values()].map((score) => score.worker))).toEqual(
      new Set([worker]),
    );
  const { header, rows } = await second.rank();
  expect(header).toBe(
    'rank,candidate,score,expressivity,progressivity,trainability,complexity,residual,flops,parameters',
  );
  for (const { candidate, proxies } of rows) {
    expect(proxies.residual).toBeCloseTo(candidates.indexOf(candidate) / 10);
    expect(proxies.flops).toBe(costs({ candidate, resolution: 32 }).flops);
  }
  expect((await first.rank()).rows).toEqual(before.rows);
});

test('each draw is requested with the families that it lacks, and with no other', async () => {
  const candidate = enumeration!.at(5_000);
  candidates.push(candidate);
  const { given, environment } = await search('expressivity, residual');
  const key = scoreKey({ candidate, draw: 0 });
  const stored = { expressivity: 40, progressivity: 41, trainability: 42, complexity: 43 };
  await store.scores.put(given.address.scope, [{ key, proxies: stored }], 'one');
  const list = await writeCandidateList(store.blobs, [candidate]);
  const score = async () => {
    const activity = scoreShard({ store, scoring: scoringOf('two'), images, gate });
    const range = { search: 'a', list, shard: 0, from: 0, to: 1 };
    return await environment.run(activity, { ...given, ...range });
  };
  expect(await score()).toMatchObject({ scored: 1, reused: 0 });
  expect(requests.map(({ draws, families }) => [draws, families])).toEqual([
    [[0], ['residual']],
    [[1], ['az-nas', 'residual']],
  ]);
  expect(await score()).toMatchObject({ scored: 0, reused: 1 });
  const [facts] = await lookUpFacts({ store, ...given, units: [candidate] });
  const value = candidates.indexOf(candidate);
  expect(facts!.get('az-nas')).toEqual([stored, expect.objectContaining({ expressivity: value })]);
  expect(facts!.get('residual')).toEqual(Array(2).fill({ residual: value / 10 }));
});

test('a family alone needs no score of another, and costs need none at all', async () => {
  expect((await (await search('residual')).audit()).missing).toBe(0);
  const byCosts = await search('flops, parameters');
  expect((await byCosts.audit()).todo.count).toBe(0);
  const { rows } = await byCosts.rank();
  expect(rows).toHaveLength(6);
  const sizes = rows.map(({ parameters, proxies }) => parameters + proxies.flops!);
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
});

test('a worker that is wrong about one family is found, whatever it says of the other', async () => {
  const { given, environment } = await search('expressivity, residual');
  const sample = await sampleScores({ store, polling: async () => [] })({
    ...given,
    list: plan,
    share: 1,
    seen: [],
    distrusted: [],
  });
  expect(sample.scores).toBe(24);
  expect(sample.ranges.map(({ worker, family }) => [worker, family])).toEqual([
    ['one', undefined],
    ['two', 'residual'],
  ]);
  for (const { from, to, family } of sample.ranges) {
    const activity = verifyScores({ store, scoring: scoringOf('three', 0.5), images, gate });
    const range = { list: sample.list, from, to, except: [], ...(family ? { family } : {}) };
    const { agreed, disagreements } = (await environment.run(activity, {
      ...given,
      ...range,
    })) as VerifyResult;
    expect([agreed, disagreements.length]).toEqual(family === 'residual' ? [0, 12] : [12, 0]);
  }
});

test('a fact without the proxies of its family is missing, and a foreign proxy in one changes no other', async () => {
  const first = await search('trainability, residual');
  const scope = first.address.families!.residual!;
  const keys = candidates.map((candidate) => `${candidate}#0`);
  await store.signed.discard(scope, keys, 'two');
  const forged = [{}, { 'own-other': 3 }, { residual: 0.3, trainability: 99 }, { residual: -Infinity }];
  await store.scores.put(
    scope,
    forged.map((proxies, i) => ({ key: keys[i]!, proxies })),
    'forger',
  );
  // Two were emptied, and two of the six were not put again.
  expect((await first.audit()).missing).toBe(4);
  const sampled = await sampleScores({ store, polling: async () => [] })({
    ...first.given,
    list: plan,
    share: 1,
    seen: [],
    distrusted: [],
  });
  expect(sampled.scores).toBe(20);
  expect(await first.score('three')).toMatchObject({ scored: 4 });
  expect((await first.audit()).missing).toBe(0);
  const { rows } = await first.rank();
  const found = (i: number) => rows.find(({ candidate }) => candidate === candidates[i])!.proxies;
  expect(rows).toHaveLength(6);
  for (const { proxies } of rows) expect(proxies.trainability).toBe(0.5);
  expect([0, 1].map((i) => found(i).residual)).toEqual([0, 0.1]);
  expect(found(3).residual).toBe(-Infinity);
});
