// Tests whom the workflow of a part sets aside or suspects, by what a second and a third worker find, with activities that
// answer as each case says.
import { expect, test } from 'vitest';
import type { PartInput, PartResult } from '../../core/contract/search-activities.js';
import { CONTROL_QUEUE } from '../../core/contract/search-queues.js';
import type {
  Disagreement,
  Sample,
  SampleInput,
  SetAsideInput,
  VerifyInput,
  VerifyResult,
} from '../../core/contract/verification.js';
import type { FamilyName } from '../../core/specification/families.js';
import { serveActivities, specificationOf, workflowClient } from '../support/workflow-runs.js';

const specification = specificationOf();
const SIZE = 4;
const list = { digest: 'a'.repeat(64), count: SIZE };
const none = { digest: 'b'.repeat(64), count: 0 };

/** The answer of a worker; undefined if no worker that may take the task has polled. */
type Answer = Partial<Omit<VerifyResult, 'outcome'>> | undefined;

interface Case {
  /** The worker that stored the scores; `one` by default. */
  readonly worker?: string;
  /** Workers beside that one that poll. */
  readonly others?: readonly string[];
  /** Workers that are set aside; none by default. */
  readonly barred?: readonly string[];
  /** The family of the scores; az-nas by default. */
  readonly family?: FamilyName;
  /** The answers to the first task, of which the last is repeated. */
  readonly second?: readonly Answer[];
  readonly third?: Answer;
}

interface Calls {
  readonly samples: SampleInput[];
  readonly verified: VerifyInput[];
  readonly records: Pick<SetAsideInput, 'state' | 'workers'>[];
  /** The disagreements of each record, as pairs of workers. */
  readonly evidence: (readonly string[])[];
}

let now: Case;
let calls: Calls;

const differ = (index: number, agreesWithClaim?: boolean): Disagreement => ({
  score: `c${index}#0`,
  index,
  worker: now.worker ?? 'one',
  verifier: 'two',
  difference: 'trainability 1, computed again 2',
  again: '{}',
  ...(agreesWithClaim === undefined ? {} : { agreesWithClaim }),
});

const polling = (): readonly string[] => [now.worker ?? 'one', ...(now.others ?? ['two', 'three'])];

/** The sample holds all scores at first, and none once a worker is distrusted. */
async function sampleScores(input: SampleInput): Promise<Sample> {
  calls.samples.push(input);
  const { worker = 'one', barred = [], family } = now;
  const isFirst = input.distrusted.length === 0;
  return {
    list,
    ranges: isFirst ? [{ worker, from: 0, to: SIZE, ...(family ? { family } : {}) }] : [],
    scores: SIZE,
    discarded: 0,
    barred: [...barred, ...input.distrusted],
    polling: polling(),
  };
}

async function verifyScores(input: VerifyInput): Promise<VerifyResult> {
  calls.verified.push(input);
  const { second = [], third } = now;
  const nth = calls.verified.filter(({ claims }) => claims === undefined).length;
  const [by, answer] = input.claims ? ['three', third] : ['two', second[Math.min(nth, second.length) - 1]];
  const result = { by, agreed: 0, failed: 0, disagreements: [] };
  return answer === undefined
    ? { ...result, outcome: 'refused' }
    : { ...result, outcome: 'computed', ...answer };
}

serveActivities({
  checkPart: async () => {},
  scoreShard: async () => ({ scored: SIZE, reused: 0, failed: 0 }),
  auditScores: async () => ({ todo: none, missing: 0, failed: 0 }),
  sampleScores,
  verifyScores,
  pollingWorkers: async () => polling(),
  setAsideWorkers: async ({ state, workers: named, disagreements }: SetAsideInput) => {
    calls.records.push({ state, workers: named });
    calls.evidence.push(disagreements.map(({ worker, verifier }) => `${worker}, ${verifier}`));
    return { discarded: state === 'set aside' ? 7 : 0 };
  },
});

let count = 0;
async function verificationOf(given: () => Case) {
  now = {};
  now = given();
  calls = { samples: [], verified: [], records: [], evidence: [] };
  const input: PartInput = {
    search: 'a',
    run: 'run',
    specification,
    plan: list,
    part: { number: 0, of: 1 },
    todo: list,
    window: 1,
    shards: { first: 0, of: 1 },
    paused: false,
    verify: 0.5,
  };
  const options = { taskQueue: CONTROL_QUEUE, workflowId: `part-${count++}`, args: [input] };
  const result = (await workflowClient().execute('scorePart', options)) as PartResult;
  return { ...result.verification!, records: calls.records };
}

test('a second worker agrees', async () => {
  const found = await verificationOf(() => ({ second: [{ agreed: SIZE }] }));
  expect(found).toMatchObject({
    scores: SIZE,
    verified: SIZE,
    notVerified: 0,
    disagreements: 0,
    records: [],
  });
  expect([found.setAside, found.suspected, found.seen]).toEqual([[], [], ['one']]);
  expect(calls.verified.map(({ except }) => except)).toEqual([['one']]);
});

test('nobody else polls: nothing is verified, and the reason is named', async () => {
  const found = await verificationOf(() => ({ others: [] }));
  expect(found).toMatchObject({
    verified: 0,
    notVerified: SIZE,
    why: 'no second worker',
    records: [],
    seen: [],
  });
  expect(calls.verified).toEqual([]);
});

test('a third agrees with the second: the worker is set aside, its scores are sampled again, and count once', async () => {
  const found = await verificationOf(() => ({
    second: [{ agreed: 2, disagreements: [differ(1), differ(3)] }],
    third: { disagreements: [differ(1, true), differ(3, true)] },
  }));
  expect(found).toMatchObject({
    scores: SIZE,
    verified: SIZE,
    disagreements: 2,
    setAside: ['one'],
    suspected: [],
  });
  expect(found.records).toEqual([{ state: 'set aside', workers: ['one'] }]);
  expect(found.discarded).toBe(7);
  const [, third] = calls.verified;
  expect([...third!.except].sort()).toEqual(['one', 'two']);
  expect(third!.claims!.map(({ index }) => index)).toEqual([1, 3]);
  expect(calls.samples.map(({ distrusted, seen }) => [distrusted, seen])).toEqual([
    [[], []],
    [['one'], []],
  ]);
});

test('a third agrees with what is stored: the second worker is set aside', async () => {
  const found = await verificationOf(() => ({
    second: [{ disagreements: [differ(2)] }],
    third: { agreed: 1 },
  }));
  expect([found.setAside, found.suspected]).toEqual([['two'], []]);
  expect(found.records).toEqual([{ state: 'set aside', workers: ['two'] }]);
});

test('a third agrees with each of both in another score: both are set aside', async () => {
  const found = await verificationOf(() => ({
    second: [{ disagreements: [differ(0), differ(2)] }],
    third: { agreed: 1, disagreements: [differ(2, true)] },
  }));
  expect([found.setAside, found.suspected]).toEqual([['one', 'two'], []]);
});

test('a third agrees with neither: all three are suspected, and none is set aside', async () => {
  const found = await verificationOf(() => ({
    second: [{ disagreements: [differ(2)] }],
    third: { disagreements: [{ ...differ(2, false), verifier: 'three' }] },
  }));
  expect([found.setAside, found.suspected]).toEqual([[], ['one', 'three', 'two']]);
  // The record of the third says with whom it disagrees.
  expect(calls.evidence).toEqual([['one, two', 'one, three']]);
  expect(found.records).toEqual([{ state: 'suspected', workers: ['one', 'three', 'two'] }]);
  expect(calls.samples).toHaveLength(1);
});

test.each<[string, Partial<Case>]>([
  ['no third polls', { others: ['two'] }],
  ['a third cannot compute the score', { third: { failed: 1 } }],
  ['the score has disappeared before a third could compute it', { third: {} }],
])('%s: both are suspected', async (_, more) => {
  const found = await verificationOf(() => ({ second: [{ disagreements: [differ(2)] }], ...more }));
  expect([found.setAside, found.suspected]).toEqual([[], ['one', 'two']]);
  expect(found.records).toEqual([{ state: 'suspected', workers: ['one', 'two'] }]);
});

test('a worker without a name excludes no worker, and has no record', async () => {
  const found = await verificationOf(() => ({
    worker: '',
    second: [{ disagreements: [differ(2)] }],
    third: { disagreements: [differ(2, true)] },
  }));
  expect(calls.verified.map(({ except }) => except)).toEqual([[], ['two']]);
  expect(found.records).toEqual([]);
});

test('a refusal, and an answer of the worker itself, are waited out; what cannot be computed is not verified', async () => {
  const second = [
    undefined,
    { by: 'one', agreed: SIZE },
    { agreed: SIZE - 1, failed: 1, why: 'two: crash: it died' },
  ];
  const found = await verificationOf(() => ({ second }));
  expect(calls.verified).toHaveLength(3);
  expect(found).toMatchObject({
    verified: SIZE - 1,
    notVerified: 1,
    why: 'two: crash: it died',
    setAside: [],
  });
});

test('the second and the third worker are asked for the family of the sample', async () => {
  await verificationOf(() => ({
    family: 'residual',
    second: [{ disagreements: [differ(2)] }],
    third: { disagreements: [differ(2, true)] },
  }));
  expect(calls.verified.map(({ family }) => family)).toEqual(['residual', 'residual']);
});

test('a worker that is set aside verifies nobody', async () => {
  const barred = ['rogue'];
  const second = () => [{ by: 'rogue', disagreements: [differ(2)] }, { agreed: SIZE }];
  const found = await verificationOf(() => ({ barred, second: second() }));
  expect(calls.verified.map(({ except }) => except)).toEqual(Array(2).fill(['one', 'rogue']));
  expect(found).toMatchObject({ verified: SIZE, disagreements: 0, records: [] });
  const alone = await verificationOf(() => ({ barred, others: barred, second: second() }));
  expect(alone).toMatchObject({ verified: 0, notVerified: SIZE, why: 'no second worker' });
});
