// Adds finished searches that never ran to a connected program: a ranking of a million candidates, and one whose
// texts try to break the page.
import { createHash } from 'node:crypto';
import { syntheticRanking } from '../../../bench/measure/synthetic-ranking.js';
import type { Results, SearchDescription, SearchRow, Zeroscout } from '../../../client/index.js';
import { type Failure, failuresCsv } from '../../../core/report/failures-csv.js';
import { createRankingReader } from '../../../core/report/ranking-csv.js';
import { parseSummary } from '../../../core/report/summary.js';
import { textCell } from '../../../core/text/text-cell.js';

/** Texts that break a page which takes a text for markup, for a path, or for something short. */
export const HOSTILE = [
  '<script>window.broken = 1</script>',
  '"><img src=x onerror="window.broken = 1">',
  "'-(window.broken = 1)-'",
  '\u202Etxet desrever\u202C \u2066inner\u2069',
  'long'.repeat(75),
  '../../etc/passwd',
  'C:\\Windows\\..\\x',
  '&lt;b&gt;&amp;{{7*7}}',
  '=HYPERLINK("http://example.com")',
] as const;

export interface MadeUp {
  readonly id: string;
  readonly name: string;
  readonly csv: () => Iterable<string>;
  readonly candidates: number;
  readonly failures: readonly Failure[];
}

export const MILLION: MadeUp = {
  id: 'million',
  name: 'a million candidates',
  csv: () => syntheticRanking(1_000_000),
  candidates: 1_000_000,
  failures: [],
};

export const BREAKING: MadeUp = {
  id: 'breaking',
  name: HOSTILE.join(' '),
  csv: () => [
    'rank,candidate,score,expressivity,progressivity,trainability,complexity,parameters\n',
    ...HOSTILE.map((text, i) => `${i + 1},${textCell(text)},${-i},${i},${i},${-i},${1e6 + i},${1e3 + i}\n`),
  ],
  candidates: HOSTILE.length,
  failures: HOSTILE.map((text, i) => ({
    candidate: text,
    reason: 'out-of-memory',
    detail: HOSTILE[(i + 1) % HOSTILE.length]!,
  })),
};

/** `real` is a finished search, whose specification and drawings the made-up ones borrow. */
export function withMadeUpSearches(
  scout: Zeroscout,
  { searches, real }: { readonly searches: readonly MadeUp[]; readonly real: string },
): Zeroscout {
  const known = new Map(searches.map((search) => [search.id, search]));
  const own = scout.searches;
  const specificationOf = async (id: string) => {
    const made = known.get(id);
    if (!made) return own.specification(id);
    return { ...(await own.specification(real)), name: made.name };
  };
  return {
    ...scout,
    searches: {
      ...own,
      list: async function* (filter) {
        if (filter === undefined || Object.values(filter).every((value) => value === undefined))
          yield* searches.map(rowOf);
        yield* own.list(filter);
      },
      get: async (id) => (known.has(id) ? describe(known.get(id)!) : own.get(id)),
      results: async (id, options) => (known.has(id) ? resultsOf(known.get(id)!) : own.results(id, options)),
      generations: async (id) => (known.has(id) ? [] : own.generations(id)),
      specification: specificationOf,
      candidate: (id, candidate, options) =>
        known.has(id) ? own.candidate(real, candidate.split('#')[0]!) : own.candidate(id, candidate, options),
      rounds: async (id) => (known.has(id) ? [] : own.rounds(id)),
      otherRanks: async (id, candidate) =>
        known.has(id) ? { found: [], read: 0, isMore: false } : own.otherRanks(id, candidate),
    },
  };
}

const STARTED = new Date(Date.now() - 3_600_000).toISOString();
const ENDED = new Date(Date.now() - 1_800_000).toISOString();

function rowOf({ id, name, candidates }: MadeUp): SearchRow {
  const counts = { candidates, planned: candidates, done: candidates, failed: 0 };
  return {
    id,
    name,
    space: 'nas-bench-201',
    state: 'completed',
    progress: 'done',
    counts,
    schedule: null,
    started: STARTED,
    ended: ENDED,
  };
}

function describe(search: MadeUp): SearchDescription {
  const { counts, id, name, space, state, started } = rowOf(search);
  return { id, name, space, state, started, ended: ENDED, counts: counts! };
}

function resultsOf({ id, name, csv, candidates, failures }: MadeUp): Results {
  const summary = parseSummary({
    source: 'summary.json',
    text: JSON.stringify({
      name,
      id,
      candidates: candidates + failures.length,
      scored: candidates,
      reused: 0,
      failed: failures.length,
      seconds: 1_800,
      millisecondsPerCandidate: 1.8,
      rankingSha256: createHash('sha256').update(id).digest('hex'),
      warnings: failures.map(({ detail }) => detail),
    }),
  });
  const encoder = new TextEncoder();
  async function* rows() {
    const reader = createRankingReader();
    for (const text of csv()) yield reader.push(text);
    yield reader.end();
  }
  return {
    summary,
    failures: [...failuresCsv(failures)].join(''),
    rows,
    csv: async function* () {
      for (const text of csv()) yield encoder.encode(text);
    },
    total: async () => candidates,
    first: async (count = Infinity) => {
      const first = [];
      for await (const block of rows()) if (first.length < count) first.push(...block);
      return first.slice(0, count);
    },
    scopes: {},
    latencies: async () => new Map(),
  };
}
