// Tests that a candidate's row is found in the bytes of a ranking, wherever they are cut, and in which order searches
// are read.
import { expect, it } from 'vitest';
import type { Session } from '../../../client/connections/session.js';
import { findOtherRanks, findPlace } from '../../../client/results/other-ranks.js';
import { workflowIdOf } from '../../../core/contract/search-queues.js';
import { type RankingRow, rankingHeader, rankingLines } from '../../../core/report/ranking-csv.js';

const NAMES = ['a', 'b,c', 'say "x"', '12', 'ü万'];

/** The class of every row is the last candidate, whose text the search must not take for a row. */
const rows = NAMES.map(
  (candidate, i): RankingRow => ({
    rank: i + 1,
    candidate,
    score: i === 1 ? Number.NEGATIVE_INFINITY : 1 - i / 3,
    proxies: { expressivity: 12, progressivity: 1, trainability: 2, complexity: 3 },
    parameters: 10 + i,
    class: 'ü万',
  }),
);
const bytes = new TextEncoder().encode(rankingHeader({ cohort: 'classes' }) + rankingLines(rows));

async function* pieces(size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it.each([1, 7, 64, 10_000])('in pieces of %i bytes', async (size) => {
  for (const { candidate, rank, score } of rows)
    expect(await findPlace(pieces(size), candidate)).toEqual({ rank, score, of: rows.length });
  for (const absent of ['c', 'b', '1', 'expressivity', '"a"'])
    expect(await findPlace(pieces(size), absent)).toBeUndefined();
});

it('the searches that began last come first, whichever ended last', async () => {
  // Temporal lists first what ended last: `slow` is the oldest.
  const searches = [
    { id: 'asked', from: 8, to: 9 },
    { id: 'slow', from: 1, to: 7 },
    { id: 'newer', from: 5, to: 6 },
    { id: 'older', from: 3, to: 4 },
  ];
  const memo = { name: 'test', space: 'nas-bench-201', specification: { space: { kind: 'nas-bench-201' } } };
  const status = { name: 'COMPLETED' };
  async function* list() {
    for (const { id, from, to } of searches) {
      const [startTime, closeTime] = [new Date(from * 60_000), new Date(to * 60_000)];
      yield { workflowId: workflowIdOf(id), status, memo, startTime, closeTime };
    }
  }
  const getHandle = () => ({ describe: async () => ({ status, memo }), result: async () => ({}) });
  const blobs = { stream: () => pieces(64) };
  const session = { client: { workflow: { list, getHandle } }, store: { blobs } } as unknown as Session;
  const { found, isMore } = await findOtherRanks(session, { id: 'asked', candidate: 'a' });
  expect([found.map(({ id }) => id), isMore]).toEqual([['newer', 'older', 'slow'], false]);
});
