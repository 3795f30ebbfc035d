// Tests what a summary reports about a ranking: counts, functions, and proxies that are infinite for every
// candidate.
import { expect, test } from 'vitest';
import { reportSearch } from '../../activities/report-search.js';
import { rankingHeader, rankingLines } from '../../core/report/ranking-csv.js';
import { parseSummary } from '../../core/report/summary.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createMemoryStore } from '../../store/memory.js';

const INFINITE = Number.NEGATIVE_INFINITY;
const candidates = ['none', 'skip_connect', 'nor_conv_1x1'].map(
  (operation) => `|${operation}~0|+|none~0|none~1|+|none~0|none~1|none~2|`,
);

interface Ranked {
  cohort: 'written' | 'classes';
  expressivity: readonly number[];
  /** The names of a user's proxies, which have no value. */
  own?: readonly string[];
  rounds?: readonly { candidates: number; reused: number; failed: number }[];
  images?: boolean;
}

const ONE_ROUND = [{ candidates: 3, reused: 0, failed: 0 }];

async function summaryOf({ cohort, expressivity, own = [], rounds = ONE_ROUND, images }: Ranked) {
  const store = createMemoryStore();
  const rows = candidates.map((candidate, i) => ({
    rank: i + 1,
    candidate,
    score: -i,
    parameters: 1,
    proxies: { expressivity: expressivity[i]!, progressivity: -1, trainability: INFINITE },
    ...(cohort === 'classes' ? { class: candidates[0]! } : {}),
  }));
  const csv = `${rankingHeader({ cohort })}${rankingLines(rows)}`;
  const ranking = await store.blobs.put(new TextEncoder().encode(csv));
  const proxies = ['expressivity', 'progressivity', 'trainability', 'parameters', ...own];
  const ownProxies = own.map((name) => ({ name, digest: '0'.repeat(64), code: '', needs: [] }));
  const value = {
    name: 'a',
    space: 'nas-bench-201',
    proxies,
    cohort,
    ...(own.length > 0 ? { ownProxies } : {}),
    ...(images ? { input: { images: { digest: '0'.repeat(64), shape: [64, 3, 32, 32] } } } : {}),
  };
  const specification = checkSpecification({ value, source: 'a' });
  const { fidelity } = specification;
  const { summary } = await reportSearch({ store, now: () => 6000 })({
    search: 'a',
    specification,
    rounds: rounds.map((round) => ({ ...round, seconds: 1, fidelity })),
    startedAt: 0,
    ranking,
  });
  return parseSummary({ text: new TextDecoder().decode(await store.blobs.get(summary)), source: 'summary' });
}

test('a proxy that is infinite for every candidate is warned of', async () => {
  for (const cohort of ['written', 'classes'] as const) {
    const warning = 'trainability is infinite for every candidate and says nothing of them; ';
    const ranked = { cohort, expressivity: [1, INFINITE, 2] };
    expect((await summaryOf({ ...ranked, images: true })).warnings).toEqual([
      `${warning}input.images of one value do that`,
    ]);
    expect((await summaryOf(ranked)).warnings).toEqual([
      `${warning}a feature that is the same for every sample, or a block that is an identity, does that`,
    ]);
  }
  const { warnings, classes } = await summaryOf({
    cohort: 'written',
    expressivity: [INFINITE, INFINITE, INFINITE],
  });
  expect(warnings).toEqual([
    expect.stringMatching(/^expressivity, trainability are infinite .* say nothing/),
  ]);
  expect(classes).toBeUndefined();
});

test("a user's proxy without a finite value has a warning of its own", async () => {
  const { warnings } = await summaryOf({ cohort: 'written', expressivity: [1, 2, 3], own: ['own-width'] });
  expect(warnings).toEqual([
    expect.stringMatching(/^trainability is infinite/),
    'own-width is infinite for every candidate and says nothing of them; see what the module returns',
  ]);
});

test.each([
  // Two are computed in the first round and four in the second, in which two are set aside.
  { first: { candidates: 12, reused: 10, failed: 0 }, counts: [0, 10, 2], perCandidate: 1000 },
  { first: { candidates: 12, reused: 0, failed: 1 }, counts: [9, 0, 3], perCandidate: 400 },
  { first: { candidates: 12, reused: 12, failed: 0 }, counts: [0, 10, 2], perCandidate: 1500 },
])(
  'what was scored, reused and set aside adds up over rounds: $first',
  async ({ first, counts, perCandidate }) => {
    const rounds = [first, { candidates: 6, reused: 0, failed: 2 }];
    const { scored, reused, failed, candidates, millisecondsPerCandidate } = await summaryOf({
      cohort: 'written',
      expressivity: [1, 2, 3],
      rounds,
    });
    expect([scored, reused, failed]).toEqual(counts);
    expect(scored + reused + failed).toBe(candidates);
    expect(millisecondsPerCandidate).toBe(perCandidate);
  },
);

test('a summary says by what candidates were ranked', async () => {
  const { aggregation } = await summaryOf({ cohort: 'written', expressivity: [1, 2, 3] });
  const weights = { expressivity: 1, progressivity: 1, trainability: 1, parameters: 1 };
  expect(aggregation).toEqual({ kind: 'log-rank', weights });
});
