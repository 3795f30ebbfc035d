// Follows a search to its result, and starts it again if it cannot end otherwise.
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { SearchResult } from '../../core/contract/search.js';
import { type FollowRequest, followSearch } from './follow-search.js';

export interface FollowThroughRequest extends FollowRequest {
  /** Starts the search again; its scores are reused. */
  readonly again: () => Promise<WorkflowHandle>;
  readonly onNote: (text: string) => void;
}

/**
 * Like `followSearch`, but starts the search again if Temporal no longer knows it because its data were
 * restored from an older backup; and once if the list of candidates in the store was damaged, which only the
 * process that started the search has.
 */
export async function followThrough({
  again,
  onNote,
  ...first
}: FollowThroughRequest): Promise<SearchResult | 'stopped'> {
  let { handle } = first;
  let repaired = 0;
  for (;;) {
    try {
      return await followSearch({ ...first, handle });
    } catch (error) {
      const unknown = error instanceof WorkflowNotFoundError;
      if (!unknown && (!isDamagedBlob(error) || repaired++ > 0)) throw error;
      const why = unknown
        ? 'Temporal does not know this search any more'
        : 'its data in the store are damaged';
      onNote(`${why}: starting it again; scores are kept`);
      handle = await again();
    }
  }
}

function isDamagedBlob(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause)
    if ((link as { type?: unknown }).type === 'BlobError') return true;
  return false;
}
