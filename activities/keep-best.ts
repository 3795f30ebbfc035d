// Selects the best share of a ranking as the candidates of the next round.
import type { SearchActivities } from '../core/contract/search-activities.js';
import { createTextIndex } from '../core/text/text-index.js';
import { writeCandidateList } from '../store/candidate-list.js';
import { readRanking } from '../store/ranking.js';
import type { Store } from '../store/store.js';
import { unitOf } from './cohort.js';

/**
 * Keeps the best `keep` of the scored units, rounded up. A class is kept as a whole, with all its written
 * candidates.
 */
export function keepBest({ store }: { readonly store: Store }): SearchActivities['keepBest'] {
  return async ({ specification, ranking, keep }) => {
    const unit = unitOf(specification);
    const units = createTextIndex();
    for await (const rows of readRanking(store.blobs, ranking))
      for (const { candidate } of rows) units.add(unit(candidate));
    const kept = Math.ceil(units.size * keep);
    async function* best(): AsyncGenerator<string> {
      for await (const rows of readRanking(store.blobs, ranking))
        for (const { candidate } of rows) if (units.numberOf(unit(candidate))! < kept) yield candidate;
    }
    return writeCandidateList(store.blobs, best());
  };
}
