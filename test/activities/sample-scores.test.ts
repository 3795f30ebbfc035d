// Tests samples of a list's scores: every worker is in them with every family, the share is kept, another key chooses
// others, and scores of workers set aside are discarded.
import { expect, test } from 'vitest';
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import { pollingWorkers, sampleScores } from '../../activities/sample-scores.js';
import { scoreKey, scoreScope } from '../../core/address.js';
import { openSpace } from '../../core/spaces/index.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { readCandidates, writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const candidates = Array.from({ length: 2_000 }, (_, i) => enumeration!.at(7 * i));
const specification = checkSpecification({
  value: {
    name: 'test',
    space: { kind: 'nas-bench-201' },
    fidelity: { draws: 2, batch: 1, resolution: 32 },
    execution: { shardSize: 16 },
  },
  source: 'test',
});
const scope = scoreScope(specification);
const proxies = Object.fromEntries(specification.proxies.map((name) => [name, 1]));
/** The first 1,500 candidates, the next 499, the last one. */
const workerOf = (index: number) => (index < 1_500 ? 'many' : index < 1_999 ? 'some' : 'one');

async function fleetStore() {
  const store = createMemoryStore();
  for (const worker of ['many', 'some', 'one']) {
    const theirs = candidates.filter((_, index) => workerOf(index) === worker);
    const entries = theirs.flatMap((candidate) =>
      [0, 1].map((draw) => ({ key: scoreKey({ candidate, draw }), proxies })),
    );
    await store.scores.put(scope, entries, worker);
  }
  return store;
}

async function sampled({
  key = 1,
  share = 0.05,
  seen = [] as string[],
  distrusted = [] as string[],
  store = undefined as Awaited<ReturnType<typeof fleetStore>> | undefined,
} = {}) {
  const opened = store ?? (await fleetStore());
  const sample = sampleScores({
    store: opened,
    polling: async () => ['many', 'one'],
    freshKey: () => new Uint8Array(32).fill(key),
  });
  const list = await writeCandidateList(opened.blobs, candidates);
  const answer = await sample({ run: 'run', specification, list, share, seen, distrusted });
  const keys: string[] = [];
  for await (const score of readCandidates(opened.blobs, answer.list)) keys.push(score);
  return { ...answer, keys, store: opened };
}

test('about the share of each worker, one of each at least, in ranges of one worker', async () => {
  const { keys, ranges, scores, discarded, polling } = await sampled();
  expect({ scores, discarded, polling }).toEqual({ scores: 4_000, discarded: 0, polling: ['many', 'one'] });
  // 5 % of 4,000, within four standard deviations.
  expect(keys.length).toBeGreaterThan(145);
  expect(keys.length).toBeLessThan(257);
  expect(new Set(keys).size).toBe(keys.length);
  expect([...new Set(ranges.map(({ worker }) => worker))]).toEqual(['many', 'one', 'some']);
  expect(ranges[0]!.from).toBe(0);
  expect(ranges.at(-1)!.to).toBe(keys.length);
  for (const [i, { worker, from, to }] of ranges.entries()) {
    expect(to - from).toBeLessThanOrEqual(16);
    expect(from).toBe(i === 0 ? 0 : ranges[i - 1]!.to);
    for (const key of keys.slice(from, to))
      expect(workerOf(candidates.indexOf(key.slice(0, key.lastIndexOf('#'))))).toBe(worker);
  }
});

test('another key chooses others; a worker that was verified before is sampled by its share alone', async () => {
  const [a, b] = [await sampled({ key: 1 }), await sampled({ key: 2 })];
  const common = a.keys.filter((key) => b.keys.includes(key));
  expect(common.length).toBeLessThan(a.keys.length / 4);
  const { ranges } = await sampled({ share: 1e-9, seen: ['many', 'some'] });
  expect(ranges).toEqual([{ worker: 'one', from: 0, to: 1 }]);
  expect((await sampled({ share: 1 })).keys).toHaveLength(4_000);
  // A larger share adds scores to those of a smaller one, of which each worker has one at least.
  const least = await sampled({ share: 1e-9 });
  expect(least.keys).toHaveLength(3);
  expect((await sampled({ share: 0.05 })).keys).toEqual(expect.arrayContaining(least.keys));
});

test('scores of workers that are set aside or distrusted leave the store and the sample', async () => {
  const store = await fleetStore();
  const record = { at: 1, by: 'x', device: 'cpu', reason: 'r', evidence: [] };
  await store.workers.put({ ...record, worker: 'many', state: 'set aside' });
  await store.workers.put({ ...record, worker: 'some', state: 'suspected' });
  const { scores, discarded, ranges, barred, polling } = await sampled({ store, distrusted: ['one'] });
  expect({ scores, discarded, barred, polling }).toEqual({
    scores: 998,
    discarded: 3_002,
    barred: ['many', 'one'],
    polling: [],
  });
  expect(ranges.every(({ worker }) => worker === 'some')).toBe(true);
  const left = await store.scores.get(
    scope,
    candidates.map((candidate) => scoreKey({ candidate, draw: 0 })),
  );
  expect(left.size).toBe(499);
});

test('a worker is sampled in each family apart; where it is set aside, its scores of all families go', async () => {
  const store = createMemoryStore();
  const both = { ...specification, proxies: ['trainability', 'residual'] } as const;
  const few = candidates.slice(0, 40);
  const scopes = listScopesByFamily({ specification: both, address: addressOf({ specification: both }) });
  const keys = few.flatMap((candidate) => [0, 1].map((draw) => scoreKey({ candidate, draw })));
  for (const [family, name] of [
    ['az-nas', 'trainability'],
    ['residual', 'residual'],
  ] as const)
    for (const [worker, theirs] of [
      ['a', keys.slice(0, 30)],
      ['b', keys.slice(30)],
    ] as const)
      await store.scores.put(
        scopes.get(family)!,
        theirs.map((key) => ({ key, proxies: { [name]: 1 } })),
        worker,
      );
  const list = await writeCandidateList(store.blobs, few);
  const sampleOf = async (share: number, distrusted: readonly string[] = []) =>
    sampleScores({ store, polling: () => Promise.reject(new Error('away')) })({
      run: 'run',
      specification: both,
      list,
      share,
      seen: [],
      distrusted,
    });
  const namesOf = (ranges: Awaited<ReturnType<typeof sampleOf>>['ranges']) =>
    ranges.map(({ worker, family, from, to }) => [worker, family ?? 'az-nas', to - from]);

  const all = await sampleOf(1);
  expect(all.scores).toBe(160);
  // A server that does not say who polls is no reason to verify nothing.
  expect(all).not.toHaveProperty('polling');
  const sizes = new Map<string, number>();
  for (const [worker, family, size] of namesOf(all.ranges) as [string, string, number][])
    sizes.set(`${worker} ${family}`, (sizes.get(`${worker} ${family}`) ?? 0) + size);
  expect(Object.fromEntries(sizes)).toEqual({
    'a az-nas': 30,
    'a residual': 30,
    'b az-nas': 50,
    'b residual': 50,
  });
  expect(namesOf((await sampleOf(1e-9)).ranges)).toEqual([
    ['a', 'az-nas', 1],
    ['b', 'az-nas', 1],
    ['a', 'residual', 1],
    ['b', 'residual', 1],
  ]);

  const { scores, discarded, ranges } = await sampleOf(1, ['b']);
  expect({ scores, discarded }).toEqual({ scores: 60, discarded: 100 });
  expect(new Set(ranges.map(({ worker }) => worker))).toEqual(new Set(['a']));
  for (const scope of scopes.values()) expect((await store.scores.get(scope, keys)).size).toBe(30);
});

test('workers that are set aside do not count as polling', async () => {
  const store = createMemoryStore();
  const record = { at: 1, by: 'x', device: 'cpu', reason: 'r', evidence: [] };
  await store.workers.put({ ...record, worker: 'a', state: 'set aside' });
  await store.workers.put({ ...record, worker: 'b', state: 'suspected' });
  await store.workers.put({ ...record, worker: 'c', state: 'released' });
  const polling = async (device: string) => (device === 'cpu' ? ['a', 'b', 'c', 'd'] : []);
  expect(await pollingWorkers({ store, polling })({ device: 'cpu' })).toEqual(['b', 'c', 'd']);
});
