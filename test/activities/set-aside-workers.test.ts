// Tests that a worker that is set aside loses its scores of every scope after it could read its record, and that a
// suspicion takes nothing from anyone.
import { beforeEach, expect, test } from 'vitest';
import { setAsideWorkers } from '../../activities/set-aside-workers.js';
import type { Disagreement, SetAsideInput } from '../../core/contract/verification.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createMemoryStore } from '../../store/memory.js';
import { STANDING_MS } from '../../store/standing.js';
import type { Store } from '../../store/store.js';

const specification = checkSpecification({
  value: { name: 'test', space: 'nas-bench-201', aggregation: 'log-rank' },
  source: 'test',
});
const differ = (worker: string, verifier: string, score = 'c#0'): Disagreement => ({
  score,
  worker,
  verifier,
  index: 0,
  difference: 'trainability 1, computed again 2',
  again: '{}',
});

let store: Store;
let happened: string[];
beforeEach(async () => {
  store = createMemoryStore();
  happened = [];
  for (const scope of ['s', 't'])
    for (const [key, worker] of [
      ['a', 'bad'],
      ['b', 'worse'],
      ['c', 'good'],
    ] as const)
      await store.scores.put(scope, [{ key, proxies: { p: 1 } }], worker);
});

const heldBy = async () => {
  const found = await Promise.all(['s', 't'].map((scope) => store.signed.get(scope, ['a', 'b', 'c'])));
  return found.map((scores) => [...scores.values()].map(({ worker }) => worker));
};

const act = (given: Pick<SetAsideInput, 'state' | 'workers' | 'disagreements'>) =>
  setAsideWorkers({
    store,
    now: () => 5,
    onSetAside: (workers) => happened.push(`told of ${workers.join(', ')}`),
    sleep: async (ms) => {
      const states = (await store.workers.list()).map(({ worker, state }) => `${worker} ${state}`);
      happened.push(`waited ${ms >= 2 * STANDING_MS} with ${(await heldBy()).flat().length}: ${states}`);
    },
  })({ search: 'search', specification, ...given });

test('all scores of all that are set aside go, once they can have read their records', async () => {
  const disagreements = [differ('bad', 'good'), differ('good', 'worse', 'd#1'), differ('good', 'other')];
  const { discarded } = await act({ state: 'set aside', workers: ['bad', 'worse'], disagreements });
  expect(discarded).toBe(4);
  expect(await heldBy()).toEqual([['good'], ['good']]);
  expect(happened).toEqual(['told of bad, worse', 'waited true with 6: bad set aside,worse set aside']);
  expect(await store.workers.find('worse')).toEqual({
    worker: 'worse',
    state: 'set aside',
    at: 5,
    by: 'search',
    device: 'cpu',
    reason: '1 score computed by it and by two other workers: the two agree, it does not',
    evidence: ['d#1: good stored trainability 1, computed again 2 by worse'],
  });
});

test('a suspicion discards nothing, and releases nobody who is set aside', async () => {
  await act({ state: 'set aside', workers: ['worse'], disagreements: [] });
  happened = [];
  const suspicion = { state: 'suspected', workers: ['bad', 'worse'], disagreements: [] } as const;
  expect(await act(suspicion)).toEqual({ discarded: 0 });
  expect((await store.workers.list()).map(({ worker, state }) => [worker, state])).toEqual([
    ['bad', 'suspected'],
    ['worse', 'set aside'],
  ]);
  expect(happened).toEqual([]);
  expect(await heldBy()).toEqual(Array(2).fill(['bad', 'good']));
  await act({ ...suspicion, state: 'set aside' });
  expect((await store.workers.find('bad'))?.state).toBe('set aside');
});

test('whoever disagreed only with a worker that is set aside is suspected no longer', async () => {
  const stateOf = async (worker: string) => (await store.workers.find(worker))?.state;
  const suspicion = { state: 'suspected', workers: ['bad', 'first', 'second', 'third'] } as const;
  const disagreements = [differ('first', 'bad'), differ('bad', 'second'), differ('second', 'third')];
  await act({ ...suspicion, disagreements });
  await act({ state: 'set aside', workers: ['bad'], disagreements: [differ('bad', 'other')] });
  expect(await Promise.all(['first', 'second', 'third'].map(stateOf))).toEqual([
    'released',
    'suspected',
    'suspected',
  ]);
  expect((await store.workers.find('first'))?.reason).toContain('only with workers that are set aside: bad');
  // Neither does a suspicion begin that only a worker that is set aside gives rise to.
  await act({ state: 'suspected', workers: ['fourth'], disagreements: [differ('fourth', 'bad')] });
  expect(await stateOf('fourth')).toBeUndefined();
  await act({ state: 'set aside', workers: ['third'], disagreements: [differ('third', 'other')] });
  expect(await stateOf('second')).toBe('released');
});

test('a score that two other workers computed differently counts once', async () => {
  const disagreements = [differ('bad', 'good'), differ('bad', 'worse')];
  await act({ state: 'suspected', workers: ['bad', 'good', 'worse'], disagreements });
  const found = await Promise.all(['bad', 'worse'].map((worker) => store.workers.find(worker)));
  expect(found).toMatchObject([
    { reason: expect.stringMatching(/^1 score computed/), against: ['good', 'worse'] },
    { reason: expect.stringMatching(/^1 score computed/), against: ['bad'] },
  ]);
});
