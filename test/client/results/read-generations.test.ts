// Tests that the generations of an evolution are read from its plan, with the scores of the final ranking.
import { expect, it } from 'vitest';
import { readGenerations } from '../../../client/results/read-generations.js';
import type { Results } from '../../../client/results/results.js';
import type { SearchResult } from '../../../core/contract/search.js';
import type { Specification } from '../../../core/specification/specification.js';
import { writeCandidateList } from '../../../store/candidate-list.js';
import { createMemoryStore } from '../../../store/memory.js';

/** Five candidates in generations of two; `c` was set aside, and `d` passes no signal. */
const SCORES = { a: -3, b: -1, d: Number.NEGATIVE_INFINITY, e: -2 };

const DRAWN = { proposed: 4, rejected: 1, duplicates: 1 };

async function generationsOf({ kind = 'evolution', generations = 3, known = 3 } = {}) {
  const store = createMemoryStore();
  const plan = await writeCandidateList(store.blobs, ['a', 'b', 'c', 'd', 'e']);
  const rows = Object.entries(SCORES).map(([candidate, score]) => ({ candidate, score }));
  return readGenerations({
    store,
    specification: { strategy: { kind, generation: 2 } } as unknown as Specification,
    result: { plan } as SearchResult,
    results: {
      summary: { generations },
      rows: async function* () {
        yield rows;
      },
    } as unknown as Results,
    readDraws: async () => Array.from({ length: known }, () => DRAWN),
  });
}

it('has the best so far and the mean of what was scored', async () => {
  expect(await generationsOf()).toEqual([
    { candidates: 2, best: -1, mean: -2, diversity: 1, drawn: DRAWN },
    { candidates: 2, best: -1, mean: Number.NaN, diversity: 1, drawn: DRAWN },
    { candidates: 1, best: -1, mean: -2, diversity: Number.NaN, drawn: DRAWN },
  ]);
});

it('leaves out the draws where those of some generations are not known', async () => {
  for (const { drawn } of await generationsOf({ known: 2 })) expect(drawn).toBeUndefined();
});

it('is empty for another strategy, and where the plan does not have the generations of the summary', async () => {
  expect(await generationsOf({ kind: 'random' })).toEqual([]);
  expect(await generationsOf({ generations: 4 })).toEqual([]);
});
