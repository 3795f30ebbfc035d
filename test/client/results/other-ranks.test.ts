// Tests that a candidate's row is found in the bytes of a ranking, wherever they are cut.
import { expect, it } from 'vitest';
import { findPlace } from '../../../client/results/other-ranks.js';
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
