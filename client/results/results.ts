// Reads a finished search: its rows, its summary, and its agreement with known accuracies.

import type { SearchResult } from '../../core/contract/search.js';
import { SpecError } from '../../core/errors.js';
import { kendall, spearman } from '../../core/ranking/correlation.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { parseSummary, type Summary } from '../../core/report/summary.js';
import type { Truth } from '../../core/report/truth.js';
import { describeFound } from '../../core/text/show.js';
import { readRanking } from '../../store/ranking.js';
import type { Store } from '../../store/store.js';
import { type Latencies, latenciesOf, type Scopes, scopesOf } from './latencies.js';

export interface Results {
  readonly summary: Summary;
  /** The text of failures.csv. */
  readonly failures: string;
  /** The first rows of the ranking, or all without `count`. The whole ranking is verified in either case. */
  first(count?: number): Promise<RankingRow[]>;
  /** The number of rows in the ranking. */
  total(): Promise<number>;
  /** All rows, in blocks, for rankings of any size. */
  rows(): AsyncIterable<readonly RankingRow[]>;
  /** The bytes of ranking.csv. */
  csv(): AsyncIterable<Uint8Array>;
  /** The scopes of its candidates' latencies, with the machine of each. */
  readonly scopes: Scopes;
  /** The latest latencies by candidate; empty if none were measured. */
  latencies(rows: readonly RankingRow[]): Promise<Latencies>;
}

interface ReadResultsArguments {
  readonly store: Store;
  readonly result: SearchResult;
  readonly truth?: Truth | undefined;
  /** The scopes of latencies that were measured after the search. */
  readonly measured?: Scopes;
}

/**
 * Reads the results of a search from the store. With `truth`, the summary reports the agreement with known
 * accuracies.
 */
export async function readResults({
  store,
  result,
  truth,
  measured = {},
}: ReadResultsArguments): Promise<Results> {
  const text = async (digest: string) => new TextDecoder().decode(await store.blobs.get(digest));
  const [failures, written] = await Promise.all([result.failures, result.summary].map(text));
  const rows = () => readRanking(store.blobs, result.ranking);
  const plain = parseSummary({ text: written!, source: 'summary.json' });
  const summary = truth ? { ...plain, correlation: await correlate({ rows: rows(), truth }) } : plain;
  const scopes = scopesOf({ summary, measured });
  let counted: number | undefined;
  const results: Results = {
    summary,
    failures: failures!,
    rows,
    csv: () => store.blobs.stream(result.ranking),
    scopes,
    latencies: (rows) => latenciesOf({ store, scopes, rows }),
    first: async (count = Infinity) => {
      checkCount(count);
      const first: RankingRow[] = [];
      counted = 0;
      for await (const block of rows()) {
        first.push(...block.slice(0, count - first.length));
        counted += block.length;
      }
      return first;
    },
    total: async () => {
      if (counted === undefined) await results.first(0);
      return counted!;
    },
  };
  return results;
}

function checkCount(count: number): void {
  if (count === Infinity || (Number.isSafeInteger(count) && count >= 0)) return;
  throw SpecError.of({ path: 'count', message: `${describeFound(count)}; must be a whole number from 0` });
}

/** Kendall's τ-b and Spearman's ρ of score and accuracy, over the ranked candidates with known accuracy. */
async function correlate({
  rows,
  truth,
}: {
  readonly rows: AsyncIterable<readonly RankingRow[]>;
  readonly truth: Truth;
}): Promise<NonNullable<Summary['correlation']>> {
  const known: RankingRow[] = [];
  for await (const block of rows)
    known.push(...block.filter(({ candidate }) => truth.accuracy.has(candidate)));
  const entries = truth.datasets.map((dataset, column) => {
    const accuracyOf = ({ candidate }: RankingRow) => truth.accuracy.get(candidate)![column]!;
    // A cell may be empty in another ranking.
    const measured = known.filter((row) => !Number.isNaN(accuracyOf(row)));
    const scores = measured.map(({ score }) => score);
    const accuracy = measured.map(accuracyOf);
    const orNull = (value: number) => (Number.isNaN(value) ? null : value);
    const enough = measured.length >= 2;
    return [
      dataset,
      {
        kendall: enough ? orNull(kendall(scores, accuracy)) : null,
        spearman: enough ? orNull(spearman(scores, accuracy)) : null,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}
