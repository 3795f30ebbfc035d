// Compares two finished searches: candidates that entered or left the top, moved, appeared or disappeared,
// and that fail now.
import type { Client } from '@temporalio/client';
import { diffRuns } from '../../activities/compare-runs.js';
import { SpecError } from '../../core/errors.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import { differingFields } from '../../core/specification/specification-digest.js';
import type { Store } from '../../store/store.js';
import { findFinishedSearch } from '../searches/find-search.js';

export interface DiffRequest {
  /** Ids of two finished searches of the same space. */
  readonly earlier: string;
  readonly later: string;
  /** The number of candidates in the top, and of entries in each list. */
  readonly top: number;
}

export interface SearchDiff {
  readonly changes: RankingDiff;
  /** Fields in which the specifications differ. */
  readonly fields: readonly string[];
}

export async function diffSearches(
  { client, store }: { readonly client: Client; readonly store: Store },
  { earlier, later, top }: DiffRequest,
): Promise<SearchDiff> {
  const [a, b] = await Promise.all([
    findFinishedSearch({ client, id: earlier, argument: 'earlier' }),
    findFinishedSearch({ client, id: later, argument: 'later' }),
  ]);
  if (a.memo.space !== b.memo.space)
    throw SpecError.of({
      path: 'later',
      message: `"${later}" searched ${b.memo.space} and "${earlier}" ${a.memo.space}; must be one space`,
    });
  const changes = await diffRuns({
    store,
    a: { ...a.result, id: a.id },
    b: { ...b.result, id: b.id },
    top,
  });
  return { changes, fields: differingFields(a.memo.specification, b.memo.specification) };
}
