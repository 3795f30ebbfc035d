// Tests which errors end a search, which are retried, and that a step of a newer release is left to newer workers.

import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createControlActivities, createScoreActivities } from '../../activities/create.js';
import { createGate } from '../../activities/engine-gate.js';
import { createLocalImages } from '../../activities/local-images.js';
import { lacksPermission, leaveToOthers, NOT_PERMITTED } from '../../activities/module-permission.js';
import type { Scoring } from '../../activities/scoring.js';
import { scoreScope } from '../../core/address.js';
import { BlobError, type Issue, LostScoreError, SpecError, TerminalError } from '../../core/errors.js';
import { moduleDigest } from '../../core/spaces/module/definition.js';
import { parseSpecification } from '../../core/specification/specification.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { gateOfOne } from '../support/scoring-activities.js';

const specification = parseSpecification({
  text: 'name: a\nspace: { kind: nas-bench-201 }\nstrategy: { kind: random, samples: 5 }',
  source: 'spec.yaml',
});
const gate = gateOfOne();

const notifying = { commands: 'refused', env: {} } as const;
const meter = { machine: 'none', measure: () => Promise.reject(new Error('nothing is measured')) };
const verification = { polling: async () => [] };

/** The failure of an activity whose store throws this error. */
async function failureOf(error: Error): Promise<unknown> {
  const store = createMemoryStore();
  const broken: Store = {
    ...store,
    blobs: {
      ...store.blobs,
      stream: () => {
        throw error;
      },
    },
  };
  const { keepBest } = createControlActivities({
    store: broken,
    notifying,
    gate,
    meter,
    verification,
  });
  const input = { specification, ranking: 'a'.repeat(64), keep: 0.5 };
  return await new MockActivityEnvironment().run(keepBest, input).catch((failure: unknown) => failure);
}

test('a TerminalError is not retried, and its code travels with it', async () => {
  const failure = await failureOf(new TerminalError({ code: 'too-large', message: 'too large' }));
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({
    type: 'TerminalError',
    nonRetryable: true,
    details: [{ code: 'too-large' }],
  });
});

test.each([
  new BlobError('missing'),
  new LostScoreError('no score in the store'),
  SpecError.of({ path: 'name', message: 'wrong' }),
])('$name is left to the workflow, which knows it by its type', async (error) => {
  expect(await failureOf(error)).toMatchObject({ type: error.name, nonRetryable: true });
});

test('a RangeError is retried: V8 throws it where memory runs out', async () => {
  const failure = await failureOf(new RangeError('Array buffer allocation failed'));
  expect(failure).toBeInstanceOf(RangeError);
});

test('code that a worker may not run is left to the others of its queue; the search ends where there are none', async () => {
  const code = 'export default {}';
  const space = {
    kind: 'module',
    file: 'a.ts',
    code,
    digest: moduleDigest(code),
    resolution: 8,
    proxies: ['expressivity', 'progressivity', 'trainability', 'complexity'],
  } as const;
  const given = { workers: 1, seconds: 0 };
  const { planCandidates } = createControlActivities({
    store: createMemoryStore(),
    notifying,
    gate: createGate({
      fleet: { engines: async () => new Map(), peers: async () => given.workers },
      now: () => given.seconds * 1_000,
      step: () => ({ activityId: '1' }),
    }),
    meter,
    verification,
  });
  const input = { specification: { ...specification, space } };
  const plan = async (attempt: number) =>
    await new MockActivityEnvironment({ attempt })
      .run(planCandidates, input as never)
      .catch((failure: unknown) => failure);
  // Others may just be starting.
  const left = await plan(1);
  expect(left).toMatchObject({ type: 'NotPermittedError', nextRetryDelay: 1_000 });
  expect(left).toMatchObject({ message: expect.stringContaining('ZEROSCOUT_ALLOW_MODULES=1') });
  given.seconds = 15;
  expect(await plan(16)).toMatchObject({ type: 'SpecError', nonRetryable: true });
  given.workers = 2;
  expect(await plan(500)).toMatchObject({ type: 'NotPermittedError', nextRetryDelay: 5_000 });
});

const PERMISSION: Issue = {
  path: 'space',
  message: 'this worker runs no code',
  advice: { code: 'allow-modules', text: 'start another one' },
};

test('only a lack of permission alone is left to others, not a specification that is wrong besides', () => {
  expect(lacksPermission(new SpecError([PERMISSION, PERMISSION]))).toBe(true);
  expect(lacksPermission(new SpecError([PERMISSION, { path: 'seed', message: 'found -1' }]))).toBe(false);
});

test('code is left to others as well where nobody can say whether there are any', async () => {
  const silent = Object.assign(gateOfOne(), { isAlone: () => Promise.reject(new Error('no answer')) });
  const left = await new MockActivityEnvironment().run(() =>
    leaveToOthers(new SpecError([PERMISSION]), silent),
  );
  expect(left).toMatchObject({ type: NOT_PERMITTED, nextRetryDelay: 1_000 });
});

test('a proxy of a newer release is left to workers of that release', async () => {
  const store = createMemoryStore();
  const { scoreShard } = createScoreActivities({
    store,
    scoring: { device: 'cpu', worker: 'one', size: 1 } as Scoring,
    images: createLocalImages({ blobs: store.blobs }),
    gate,
  });
  const scope = scoreScope(specification);
  const shard = (engine: string) => ({
    search: 'a',
    run: 'run',
    specification: {
      ...specification,
      proxies: ['later'],
      aggregation: { kind: 'log-rank', weights: { later: 1 } },
    },
    address: { engine, scope, families: { later: scope } },
    list: { digest: 'a'.repeat(64), count: 1 },
    shard: 0,
    from: 0,
    to: 1,
  });
  const run = (engine: string) =>
    new MockActivityEnvironment()
      .run(scoreShard, shard(engine) as never)
      .catch((failure: unknown) => failure);
  const newer = await run('block-8.ort-1.30.0+later-1');
  expect(newer).toMatchObject({ type: 'OtherEngineError' });
  expect((newer as ApplicationFailure).nonRetryable).not.toBe(true);
  // Where the version is this worker's own, the same input is a mistake of the caller.
  expect(await run('block-8.ort-1.30.0')).toMatchObject({ type: 'SpecError', nonRetryable: true });
});
