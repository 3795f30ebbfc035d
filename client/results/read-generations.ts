// Reads the generations of an evolution with their scores in the final ranking.
import type { SearchResult } from '../../core/contract/search.js';
import { diversityOf } from '../../core/evolution/diversity.js';
import type { Generation, GenerationDraws } from '../../core/report-page/report-data.js';
import type { Specification } from '../../core/specification/specification.js';
import { readCandidates } from '../../store/candidate-list.js';
import type { Store } from '../../store/store.js';
import type { Results } from './results.js';

export interface GenerationsRequest {
  readonly store: Store;
  readonly specification: Specification;
  readonly result: SearchResult;
  readonly results: Results;
  /** Reads how many candidates were drawn for each generation; undefined where that is not known. */
  readonly readDraws: () => Promise<readonly GenerationDraws[] | undefined>;
}

/**
 * The plan of a finished evolution lists everything that was bred in its order. Empty for another strategy,
 * and where the plan does not consist of the generations that the summary counts.
 */
export async function readGenerations({
  store,
  specification: { strategy },
  result: { plan },
  results,
  readDraws,
}: GenerationsRequest): Promise<readonly Generation[]> {
  if (strategy.kind !== 'evolution') return [];
  if (Math.ceil(plan.count / strategy.generation) !== results.summary.generations) return [];
  const scores = new Map<string, number>();
  for await (const rows of results.rows())
    for (const { candidate, score } of rows) scores.set(candidate, score);
  const generations: string[][] = [];
  for await (const candidate of readCandidates(store.blobs, plan)) {
    if ((generations.at(-1)?.length ?? strategy.generation) === strategy.generation) generations.push([]);
    generations.at(-1)!.push(candidate);
  }
  const diversity = diversityOf(generations);
  const draws = await readDraws();
  const drawnOf = (i: number) => (draws?.length === generations.length ? draws[i] : undefined);
  let best = Number.NEGATIVE_INFINITY;
  return generations.map((bred, i) => {
    const known = bred.map((candidate) => scores.get(candidate) ?? Number.NaN).filter(Number.isFinite);
    best = known.reduce((high, score) => Math.max(high, score), best);
    const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
    return { candidates: bred.length, best, mean, diversity: diversity[i]!, drawn: drawnOf(i) };
  });
}
