// Measures how well a finished ranking agrees with known accuracies, over all candidates and at the top.
import { addressOfResult } from '../../activities/address-scores.js';
import { drawRankings } from '../../activities/draw-rankings.js';
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import { SpecError } from '../../core/errors.js';
import { kendall, spearman } from '../../core/ranking/correlation.js';
import { ndcg, topQuality, topStability } from '../../core/ranking/quality.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Truth } from '../../core/report/truth.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { Store } from '../../store/store.js';
import { readResults } from './results.js';

const TOPS = [1, 10, 50] as const;

/** Agreement with one data set: coefficients over written candidates and over classes, and the quality of the top. */
export type Agreement = ReturnType<typeof agreementWith> & { readonly dataset: string };

export interface Correlation {
  readonly id: string;
  readonly datasets: readonly Agreement[];
  /** Share of the top 50 that two draws have in common; null of a search with one draw. */
  readonly top50StabilityBetweenDraws: number | null;
}

/** SpecError where the truth knows fewer than two of the ranked candidates. */
export async function correlateWith({
  store,
  search: { id, memo, result },
  truth,
}: {
  readonly store: Store;
  readonly search: { readonly id: string; readonly memo: SearchMemo; readonly result: SearchResult };
  readonly truth: Truth;
}): Promise<Correlation> {
  const { specification } = stagesOf(memo.specification).at(-1)!;
  const rows = await (await readResults({ store, result })).first();
  const address = addressOfResult({ specification, result });
  const rankings = await drawRankings({ store, specification, address, plan: result.plan });
  const datasets = truth.datasets.map((dataset, column) => ({
    dataset,
    ...agreementWith({ rows, truth, column }),
  }));
  const stability = rankings.length > 1 ? topStability({ rankings, k: 50 }) : null;
  return { id, datasets, top50StabilityBetweenDraws: stability };
}

/** τ and ρ over written candidates and over classes (mean accuracy of the members), and the quality of the top. */
function agreementWith({
  rows,
  truth,
  column,
}: {
  rows: readonly RankingRow[];
  truth: Truth;
  column: number;
}) {
  // Of another ranking a cell may be empty.
  const known = rows.filter(
    ({ candidate }) => !Number.isNaN(truth.accuracy.get(candidate)?.[column] ?? Number.NaN),
  );
  if (known.length < 2)
    throw SpecError.of({
      path: 'truth',
      message: `knows ${known.length} of ${rows.length} ranked candidates; must know 2 at least`,
    });
  const accuracyOf = ({ candidate }: RankingRow) => truth.accuracy.get(candidate)![column]!;
  const accuracies = known.map(accuracyOf);
  const byFlops = orderedByFlops(known)?.map(accuracyOf);
  const classes = new Map<string, { score: number; accuracies: number[] }>();
  for (const row of known) {
    const key = row.class ?? row.candidate;
    const known = classes.get(key) ?? { score: row.score, accuracies: [] };
    known.accuracies.push(accuracyOf(row));
    classes.set(key, known);
  }
  const classScores = [...classes.values()].map(({ score }) => score);
  const classAccuracies = [...classes.values()].map(({ accuracies }) => mean(accuracies));
  const coefficients = (scores: readonly number[], accuracies: readonly number[]) => ({
    candidates: scores.length,
    kendall: kendall(scores, accuracies),
    spearman: spearman(scores, accuracies),
  });
  return {
    written: coefficients(
      known.map(({ score }) => score),
      accuracies,
    ),
    classes: coefficients(classScores, classAccuracies),
    ndcg: ndcg(accuracies),
    trueBest: Math.max(...accuracies),
    top: TOPS.map((k) => ({
      ...topQuality({ accuracies, k }),
      flops: byFlops ? topQuality({ accuracies: byFlops, k }) : null,
    })),
  };
}

/** Most FLOPs first; undefined for a ranking that was made without complexity. */
function orderedByFlops(rows: readonly RankingRow[]): readonly RankingRow[] | undefined {
  if (rows.some(({ proxies }) => proxies.complexity === undefined)) return undefined;
  return [...rows].sort((a, b) => b.proxies.complexity! - a.proxies.complexity!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
