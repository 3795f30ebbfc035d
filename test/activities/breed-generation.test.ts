// Tests that an evolution breeds the same generations on any worker, from the scores of all its families and with its
// weights, and never on a candidate that has lost a score.
import { beforeEach, expect, test } from 'vitest';
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import { breedGeneration } from '../../activities/breed-generation.js';
import { checkConstraints } from '../../activities/latency.js';
import { scoreKey } from '../../core/address.js';
import type { CandidateListRef, HistoryRef } from '../../core/contract/search.js';
import type { BreedResult } from '../../core/contract/search-activities.js';
import { breed } from '../../core/evolution/breed.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Evolution } from '../../core/specification/evolution.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { readCandidates } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { gateOfOne } from '../support/scoring-activities.js';

const DRAWS = 2;
const BUDGET = 26;
const { costs } = openSpace({ kind: 'nas-bench-201' });
const specificationOf = (weights: Readonly<Record<string, number>> = {}) =>
  checkSpecification({
    value: {
      name: 'test',
      space: 'nas-bench-201',
      cohort: 'written',
      proxies: ['trainability', 'residual'],
      aggregation: { kind: 'log-rank', weights },
      fidelity: { draws: DRAWS },
      strategy: { kind: 'evolution', population: 6, budget: BUDGET, generation: 6, mutations: 1 },
    },
    source: 'test',
  });
const usual = specificationOf();
const scopes = listScopesByFamily({ specification: usual, address: addressOf({ specification: usual }) });
const gate = gateOfOne();

let store: Store;
beforeEach(() => {
  store = createMemoryStore();
});

const createBreeder = () =>
  breedGeneration({
    store,
    check: checkConstraints({
      store,
      gate,
      meter: { machine: 'none', measure: () => Promise.reject(new Error('nothing is measured')) },
    }),
  });

async function readAll(list: CandidateListRef): Promise<string[]> {
  const out: string[] = [];
  for await (const one of readCandidates(store.blobs, list)) out.push(one);
  return out;
}

/** Stores scores, of which the two families want opposite candidates. */
async function score(candidates: readonly string[]): Promise<void> {
  const entries = candidates.flatMap((candidate) => {
    const { flops } = costs({ candidate, resolution: 32 });
    return Array.from({ length: DRAWS }, (_, draw) => ({
      key: scoreKey({ candidate, draw }),
      of: { trainability: flops + draw, residual: -flops - draw },
    }));
  });
  for (const [family, scope] of scopes) {
    const name = family === 'residual' ? 'residual' : 'trainability';
    await store.scores.put(
      scope,
      entries.map(({ key, of }) => ({ key, proxies: { [name]: of[name] } })),
      'one',
    );
  }
}

interface Course {
  readonly specification?: typeof usual;
  /** Whether each generation is bred by a worker that has bred none before. */
  readonly anew?: boolean;
}

/** Breeds and scores until the end; returns the generations, and the last answer. */
async function evolve({ specification = usual, anew = false }: Course = {}) {
  let breeder = createBreeder();
  const generations: string[][] = [];
  let history: HistoryRef | undefined;
  for (;;) {
    if (anew) breeder = createBreeder();
    const bred: BreedResult = await breeder({ run: 'run', specification, ...(history ? { history } : {}) });
    if (bred.outcome !== 'bred') return { generations, bred, history: history! };
    history = bred.history;
    generations.push(await readAll(bred.plan));
    await score(generations.at(-1)!);
  }
}

test('generations add up to the budget, without repeats, and any worker goes on with the same ones', async () => {
  const { generations, bred } = await evolve();
  expect(generations.map(({ length }) => length)).toEqual([6, 6, 6, 6, 2]);
  expect(bred).toMatchObject({ outcome: 'over', history: { generations: 5, candidates: BUDGET } });
  const all = generations.flat();
  expect(new Set(all).size).toBe(BUDGET);
  expect(await readAll(bred.plan)).toEqual(all);
  expect((await evolve({ anew: true })).generations).toEqual(generations);
});

test('parents are the best by the weights of the specification', async () => {
  const sizeOf = async (weights: Readonly<Record<string, number>>) => {
    const { generations } = await evolve({ specification: specificationOf(weights) });
    const last = generations.slice(2).flat();
    return last.reduce((sum, candidate) => sum + costs({ candidate, resolution: 32 }).flops, 0) / last.length;
  };
  const large = await sizeOf({ trainability: 9, residual: 0.1 });
  const small = await sizeOf({ trainability: 0.1, residual: 9 });
  expect(large).toBeGreaterThan(1.2 * small);
});

test.each(['az-nas', 'residual'] as const)(
  'a candidate that has lost one score of %s is asked for again, and then nothing has changed',
  async (family) => {
    const { generations } = await evolve();
    store = createMemoryStore();
    const breeder = createBreeder();
    const first = await breeder({ run: 'run', specification: usual });
    await score(generations[0]!);
    const lost = generations[0]![3]!;
    await store.signed.discard(scopes.get(family)!, [scoreKey({ candidate: lost, draw: 1 })], 'one');
    const { history } = first;
    const again = await breeder({ run: 'run', specification: usual, history });
    expect(again).toMatchObject({ outcome: 'missing', history });
    expect(await readAll(again.plan)).toEqual([lost]);
    await score([lost]);
    const next = await breeder({ run: 'run', specification: usual, history });
    expect(await readAll(next.plan)).toEqual(generations[1]);
  },
);

test('a candidate that this run has set aside is no parent and is not asked for', async () => {
  const breeder = createBreeder();
  const { plan, history } = await breeder({ run: 'run', specification: usual });
  const [broken, ...rest] = await readAll(plan);
  await score(rest);
  const failure = { candidate: broken!, reason: 'crash', detail: '' };
  await store.failures.put('another', [failure]);
  expect(await breeder({ run: 'run', specification: usual, history })).toMatchObject({ outcome: 'missing' });
  await store.failures.put('run', [failure]);
  const next = await breeder({ run: 'run', specification: usual, history });
  expect(next).toMatchObject({ outcome: 'bred', history: { candidates: 12 } });
  expect(await readAll(next.plan)).not.toContain(broken);
});

test('a step that is repeated after it has ended breeds the same generation again', async () => {
  const { generations } = await evolve();
  store = createMemoryStore();
  const breeder = createBreeder();
  const { history } = await breeder({ run: 'run', specification: usual });
  await score(generations[0]!);
  const input = { run: 'run', specification: usual, history };
  const next = await breeder(input);
  expect(await breeder(input)).toEqual(next);
  expect(await readAll(next.plan)).toEqual(generations[1]);
});

test('parents are chosen among as many of the best as a population has, less one', async () => {
  const { seed, strategy, aggregation, fidelity } = usual;
  const { generations } = await evolve();
  const scored = generations.slice(0, 4).flat();
  const columns = [1, -1].map((sign, i) => ({
    proxy: usual.proxies[i]!,
    weight: aggregation.weights[usual.proxies[i]!]!,
    draws: Array.from({ length: fidelity.draws }, (_, draw) =>
      scored.map((candidate) => sign * (costs({ candidate, resolution: 32 }).flops + draw)),
    ),
  }));
  const scores = aggregate({ columns, kind: 'log-rank' });
  const places = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const space = openSpace({ kind: 'nas-bench-201' });
  const { children } = await breed({
    space,
    seed,
    evolution: strategy as Evolution,
    generation: { number: 4, count: 2 },
    past: {
      scored,
      best: () => places.slice(0, 5).sort((a, b) => a - b),
      seen: new Set(scored.map(space.canonicalKey)),
    },
    rejection: () => undefined,
  });
  expect(generations[4]).toEqual(children);
});
