// Reads the changes of a scheduled run since the previous run.
import type { SearchResult } from '../../core/contract/search.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import type { Store } from '../../store/store.js';

/** Undefined for a search that no schedule started. */
export async function readChanges({
  store,
  result: { changes },
}: {
  readonly store: Store;
  readonly result: SearchResult;
}): Promise<RankingDiff | undefined> {
  if (changes === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(await store.blobs.get(changes))) as RankingDiff;
}
