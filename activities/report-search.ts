// In: a ranked search. Out: the blob of its summary.json.
import { formatSummary } from '../core/report/summary.js';
import type { SearchActivities } from '../core/spec/search.js';
import type { Store } from '../store/store.js';

export function reportSearch({
  store,
  now,
}: {
  store: Store;
  now: () => number;
}): SearchActivities['reportSearch'] {
  return async ({ search, specification, plan, reused, failed, startedAt, ranking }) => {
    const seconds = (now() - startedAt) / 1000;
    const scored = plan.count - reused - failed;
    const summary = formatSummary({
      name: specification.name,
      id: search,
      candidates: plan.count,
      scored,
      reused,
      failed,
      seconds,
      millisecondsPerCandidate: scored ? (seconds * 1000) / scored : 0,
      rankingSha256: ranking,
    });
    return { summary: await store.blobs.put(new TextEncoder().encode(summary)) };
  };
}
