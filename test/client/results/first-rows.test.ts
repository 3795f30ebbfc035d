// Tests how many rows of a ranking a program gets that asks for the first ones.
import { expect, it } from 'vitest';
import { readResults } from '../../../client/results/results.js';
import type { SearchResult } from '../../../core/contract/search.js';
import { type RankingRow, rankingHeader, rankingLines } from '../../../core/report/ranking-csv.js';
import { createMemoryStore } from '../../../store/memory.js';

const rows = ['a', 'b', 'c'].map(
  (candidate, i): RankingRow => ({
    rank: i + 1,
    candidate,
    score: -i,
    proxies: { expressivity: 12, progressivity: 1, trainability: 2, complexity: 3 },
    parameters: 10,
  }),
);
const summary = {
  name: 'x',
  id: 'x',
  candidates: 3,
  scored: 3,
  reused: 0,
  failed: 0,
  seconds: 1,
  millisecondsPerCandidate: 333,
  rankingSha256: '0'.repeat(64),
};

async function results() {
  const store = createMemoryStore();
  const put = (text: string) => store.blobs.put(new TextEncoder().encode(text));
  const result = {
    ranking: await put(rankingHeader({ cohort: 'written' }) + rankingLines(rows)),
    failures: await put('candidate,reason,detail\n'),
    summary: await put(JSON.stringify(summary)),
  };
  return readResults({ store, result: result as unknown as SearchResult });
}

it.each([
  [0, 0],
  [2, 2],
  [9, 3],
  [undefined, 3],
])('first(%s) has %s rows', async (count, found) => {
  expect(await (await results()).first(count)).toHaveLength(found);
});

it.each([-1, 1.5, Number.NaN])('first(%s) is refused', async (count) => {
  const message = `found ${count}; must be a whole number from 0`;
  await expect((await results()).first(count)).rejects.toMatchObject({
    issues: [{ path: 'count', message }],
  });
});
