// In: a ranking and a share. Out: the candidates that go on to the next round, best first.
import { readRankingCsv } from '../core/report/ranking-csv.js';
import type { SearchActivities } from '../core/spec/search.js';
import { writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';
import { unitOf } from './cohort.js';

/** Keeps the best `keep` of what was scored, rounded up: classes go on whole, with all their written candidates. */
export function keepBest({ store }: { store: Store }): SearchActivities['keepBest'] {
  return async ({ specification, ranking, keep }) => {
    const rows = readRankingCsv(new TextDecoder().decode(await store.blobs.get(ranking)));
    const unit = unitOf(specification);
    const units = new Set(rows.map(({ candidate }) => unit(candidate)));
    const kept = new Set([...units].slice(0, Math.ceil(units.size * keep)));
    const best = rows.filter(({ candidate }) => kept.has(unit(candidate)));
    return writeCandidateList(
      store.blobs,
      best.map(({ candidate }) => candidate),
    );
  };
}
