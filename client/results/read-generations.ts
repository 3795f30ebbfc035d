// Reads the generations of an evolution with their scores in the final ranking.
import type { SearchResult } from '../../core/contract/search.js';
import type { Generation } from '../../core/report-page/report-data.js';
import type { Specification } from '../../core/specification/specification.js';
import { readCandidates } from '../../store/candidate-list.js';
import type { Store } from '../../store/store.js';
import type { Results } from './results.js';

export interface GenerationsRequest {
  readonly store: Store;
  readonly specification: Specification;
  readonly result: SearchResult;
  readonly results: Results;
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
}: GenerationsRequest): Promise<readonly Generation[]> {
  if (strategy.kind !== 'evolution') return [];
  if (Math.ceil(plan.count / strategy.generation) !== results.summary.generations) return [];
  const scores = new Map<string, number>();
  for await (const rows of results.rows())
    for (const { candidate, score } of rows) scores.set(candidate, score);
  const generations: Generation[] = [];
  let best = Number.NEGATIVE_INFINITY;
  let bred: number[] = [];
  const end = () => {
    const known = bred.filter((score) => Number.isFinite(score));
    best = known.reduce((high, score) => Math.max(high, score), best);
    const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
    generations.push({ candidates: bred.length, best, mean });
    bred = [];
  };
  for await (const candidate of readCandidates(store.blobs, plan)) {
    bred.push(scores.get(candidate) ?? Number.NaN);
    if (bred.length === strategy.generation) end();
  }
  if (bred.length > 0) end();
  return generations;
}
