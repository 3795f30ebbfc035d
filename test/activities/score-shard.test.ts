// Tests what a shard stores and counts: never what a worker computes that is set aside or scores on another device, and
// an attempt begins where the one before it has stored everything.
import { existsSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, test } from 'vitest';
import { createLocalImages, type LocalImages } from '../../activities/local-images.js';
import { scoreShard } from '../../activities/score-shard.js';
import type { Scoring } from '../../activities/scoring.js';
import { scoreKey } from '../../core/address.js';
import { CandidateError } from '../../core/candidate-error.js';
import type { ShardResult } from '../../core/contract/search-activities.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Images } from '../../core/specification/images.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { gateOfOne, scoringBy, twoFamilies } from '../support/scoring-activities.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
/** The shard is the last ten of a list of twelve. */
const list = Array.from({ length: 12 }, (_, i) => enumeration!.at(i * 97));
const shard = list.slice(2);
const { specification, scopes } = twoFamilies(1);
const gate = gateOfOne();
const proxies = { trainability: 1, residual: 1 };

let store: Store;
beforeEach(() => {
  store = createMemoryStore();
});

interface Shard {
  readonly scoring?: Partial<Scoring>;
  /** The cursor in the last heartbeat of the attempt before. */
  readonly cursor?: number;
  /** Where this machine keeps the specification's own images, if it has any. */
  readonly own?: { readonly images: Images; readonly local: LocalImages };
}

/** Scores the shard, and returns the candidates that were computed, the counts or the error, and the last cursor. */
async function scored({ scoring, cursor, own }: Shard = {}) {
  const computed: string[] = [];
  const { score = async () => [proxies], ...others } = scoring ?? {};
  const activity = scoreShard({
    store,
    gate,
    images: own?.local ?? createLocalImages({ blobs: store.blobs }),
    scoring: {
      ...scoringBy('one', async (request, turn) => {
        computed.push(request.candidate);
        return await score(request, turn);
      }),
      ...others,
    },
  });
  const environment = new MockActivityEnvironment(
    cursor === undefined ? {} : { heartbeatDetails: { cursor } },
  );
  let last = -1;
  environment.on('heartbeat', (details: { cursor: number }) => {
    last = details.cursor;
  });
  const input = {
    search: 'a',
    run: 'run',
    specification: own ? { ...specification, input: { images: own.images } } : specification,
    list: await writeCandidateList(store.blobs, list),
    shard: 0,
    from: 2,
    to: 12,
  };
  const result = environment.run(activity, input) as Promise<ShardResult>;
  const outcome = await result.catch((error: Error) => error);
  return { computed, outcome, last };
}

/** For each candidate of the shard, the number of families of which it has a score. */
async function stored(): Promise<readonly number[]> {
  const keys = shard.map((candidate) => scoreKey({ candidate, draw: 0 }));
  const found = await Promise.all([...scopes.values()].map((scope) => store.scores.get(scope, keys)));
  return keys.map((key) => found.filter((scores) => scores.has(key)).length);
}

test('every candidate of the range is computed once, and stored in each family', async () => {
  const { computed, outcome } = await scored();
  expect(computed).toEqual(shard);
  expect(outcome).toEqual({ scored: 10, reused: 0, failed: 0 });
  expect(await stored()).toEqual(shard.map(() => 2));
});

test('an attempt begins at the cursor of the one before it', async () => {
  const { computed, outcome } = await scored({ cursor: 4 });
  expect(computed).toEqual(shard.slice(4));
  expect(outcome).toEqual({ scored: 6, reused: 4, failed: 0 });
});

test('the cursor of an attempt that fails is not beyond what it has stored', async () => {
  const { outcome, last } = await scored({
    scoring: {
      score: async ({ candidate }) => {
        if (candidate === shard[5]) throw new Error('the machine is out of memory');
        return [proxies];
      },
    },
  });
  expect(outcome).toBeInstanceOf(Error);
  const before = await stored();
  expect(last).toBeGreaterThan(0);
  expect(before.slice(0, last)).toEqual(Array(last).fill(2));
  expect(before[5]).toBe(0);
  expect((await scored({ cursor: last })).outcome).toMatchObject({ failed: 0 });
  expect(await stored()).toEqual(shard.map(() => 2));
});

test('the cursor stays before a candidate that takes long, however many after it are stored', async () => {
  const { last, outcome } = await scored({
    scoring: {
      score: async ({ candidate }) => {
        if (candidate === shard[2]) await new Promise(() => {});
        if (candidate === shard[7]) throw new Error('the machine is out of memory');
        return [proxies];
      },
    },
  });
  expect(outcome).toBeInstanceOf(Error);
  expect(await stored()).toEqual([2, 2, 0, 2, 2, 2, 2, 0, 0, 0]);
  expect(last).toBe(2);
});

test('a shard is over when its last score is stored', async () => {
  const { scores } = store;
  const put: typeof scores.put = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return await scores.put(...given);
  };
  store = { ...store, scores: { ...scores, put } };
  expect((await scored()).outcome).toEqual({ scored: 10, reused: 0, failed: 0 });
  expect(await stored()).toEqual(shard.map(() => 2));
});

test('after an error, the file of images stays until the last candidate that reads it has ended', async () => {
  const put = async (value: number): Promise<Images> => {
    const values = new Float32Array(2 * 8 * 8).fill(value);
    return { digest: await store.blobs.put(new Uint8Array(values.buffer)), shape: [2, 1, 8, 8] };
  };
  const local = createLocalImages({ blobs: store.blobs });
  const [images, ...others] = await Promise.all([1, 2, 3, 4].map(put));
  let file = '';
  let end = () => {};
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  const { outcome } = await scored({
    own: { images: images!, local },
    scoring: {
      score: async ({ candidate, images: given }) => {
        file = given!.file;
        if (candidate !== shard[0]) throw new Error('the machine is out of memory');
        await slow;
        return [proxies];
      },
    },
  });
  expect(outcome).toBeInstanceOf(Error);
  // Files that nobody uses make room for those of other searches.
  for (const other of others) await local.withFile(other, async () => {});
  expect(existsSync(file)).toBe(true);
  end();
  await new Promise(setImmediate);
  for (const other of others) await local.withFile(other, async () => {});
  expect(existsSync(file)).toBe(false);
  await local.close();
});

test('a candidate that cannot be scored is recorded for its run, and the others are scored', async () => {
  const { outcome } = await scored({
    scoring: {
      score: async ({ candidate }) => {
        if (candidate === shard[3]) throw new CandidateError({ reason: 'memory', detail: 'too large' });
        return [proxies];
      },
    },
  });
  expect(outcome).toEqual({ scored: 9, reused: 0, failed: 1 });
  expect(await store.failures.list('run')).toEqual([
    { candidate: shard[3], reason: 'memory', detail: 'too large' },
  ]);
  expect(await stored()).toEqual(shard.map((_, i) => (i === 3 ? 0 : 2)));
});

test('a failure that could not be recorded does not count, and the next attempt begins before it', async () => {
  const { failures } = store;
  store = { ...store, failures: { ...failures, put: () => Promise.reject(new Error('no quorum')) } };
  const { outcome, last } = await scored({
    scoring: {
      score: async ({ candidate }) => {
        if (candidate === shard[3]) throw new CandidateError({ reason: 'memory', detail: 'too large' });
        return [proxies];
      },
    },
  });
  expect(outcome).toMatchObject({ message: 'no quorum' });
  expect(last).toBeLessThanOrEqual(3);
});

test('what a worker computed when it was set aside is not stored', async () => {
  const standing = new AbortController();
  const { outcome, computed } = await scored({
    scoring: {
      standing: standing.signal,
      score: async () => {
        standing.abort(new Error('set aside'));
        return [proxies];
      },
    },
  });
  expect(outcome).toMatchObject({ message: 'set aside' });
  expect(computed.length).toBeLessThanOrEqual(2);
  expect(await stored()).toEqual(shard.map(() => 0));
});

test('a shard of another device is left to a worker that has it', async () => {
  const { outcome, computed } = await scored({ scoring: { device: 'cuda' } });
  expect(outcome).toMatchObject({ message: expect.stringMatching(/scores on cuda, not on cpu/) });
  expect([computed, await stored()]).toEqual([[], shard.map(() => 0)]);
});
