// In: a finished search. Out: its files' texts, its top candidates, and its agreement with known accuracies.
import { kendall, spearman } from '../../core/ranking/correlation.js';
import { type RankingRow, readRankingCsv } from '../../core/report/ranking-csv.js';
import { formatSummary, parseSummary, type Summary } from '../../core/report/summary.js';
import type { SearchResult } from '../../core/spec/search.js';
import type { Truth } from '../../core/spec/truth.js';
import type { Store } from '../../store/store.js';

export interface Results {
  readonly rows: readonly RankingRow[];
  readonly summary: Summary;
  readonly files: {
    readonly 'ranking.csv': string;
    readonly 'failures.csv': string;
    readonly 'summary.json': string;
  };
}

/** Reads and verifies what a search left in the store; with `truth`, the summary says how well it agrees. */
export async function readResults({
  store,
  result,
  truth,
}: {
  store: Store;
  result: SearchResult;
  truth?: Truth | undefined;
}): Promise<Results> {
  const text = async (digest: string) => new TextDecoder().decode(await store.blobs.get(digest));
  const [ranking, failures, written] = await Promise.all(
    [result.ranking, result.failures, result.summary].map(text),
  );
  const rows = readRankingCsv(ranking!);
  const plain = parseSummary({ text: written!, source: 'summary.json' });
  const summary = truth ? { ...plain, correlation: correlate({ rows, truth }) } : plain;
  return {
    rows,
    summary,
    files: { 'ranking.csv': ranking!, 'failures.csv': failures!, 'summary.json': formatSummary(summary) },
  };
}

/** Kendall's τ-b and Spearman's ρ of score against accuracy, over the ranked candidates that the truth knows. */
export function correlate({
  rows,
  truth,
}: {
  rows: readonly RankingRow[];
  truth: Truth;
}): NonNullable<Summary['correlation']> {
  const known = rows.filter(({ candidate }) => truth.accuracy.has(candidate));
  const scores = known.map(({ score }) => score);
  const entries = truth.datasets.map((dataset, column) => {
    const accuracy = known.map(({ candidate }) => truth.accuracy.get(candidate)![column]!);
    const defined = (value: number) => (Number.isNaN(value) ? null : value);
    const enough = known.length >= 2;
    return [
      dataset,
      {
        kendall: enough ? defined(kendall(scores, accuracy)) : null,
        spearman: enough ? defined(spearman(scores, accuracy)) : null,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}
