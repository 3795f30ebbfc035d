// Compares the results of two runs, for scheduled searches and for `zeroscout diff`.

import type { ComparableRun } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { BlobError, SpecError } from '../core/errors.js';
import { readFailuresCsv } from '../core/report/failures-csv.js';
import { diffRankings, type RankingDiff } from '../core/report/ranking-diff.js';
import { readRanking } from '../store/ranking.js';
import type { Store } from '../store/store.js';

/** The number of entries of each list that are kept with a run. */
const KEPT_TOP = 10;

/**
 * Returns the reason why there is no comparison if a run's files are gone or unreadable, because the later
 * run is finished all the same.
 */
export function compareRuns({ store }: { readonly store: Store }): SearchActivities['compareRuns'] {
  return async ({ before, after }) => {
    try {
      const diff = await diffRuns({ store, a: before, b: after, top: KEPT_TOP });
      return { changes: await store.blobs.put(new TextEncoder().encode(JSON.stringify(diff))) };
    } catch (error) {
      if (error instanceof BlobError || error instanceof SpecError) return { notCompared: error.message };
      throw error;
    }
  };
}

interface DiffRunsArguments {
  readonly store: Store;
  readonly a: ComparableRun;
  readonly b: ComparableRun;
  readonly top: number;
}

export async function diffRuns({ store, a, b, top }: DiffRunsArguments): Promise<RankingDiff> {
  const text = async (digest: string) => new TextDecoder().decode(await store.blobs.get(digest));
  const candidatesOf = async (digest: string) => {
    const candidates: string[] = [];
    for await (const rows of readRanking(store.blobs, digest))
      for (const { candidate } of rows) candidates.push(candidate);
    return candidates;
  };
  const read = async ({ id, ranking, failures }: ComparableRun) => ({
    id,
    ranking: await candidatesOf(ranking),
    failures: readFailuresCsv(await text(failures)),
  });
  return diffRankings({ a: await read(a), b: await read(b), top });
}
