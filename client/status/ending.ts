// Reads the result of a search that has ended, or the reason why there is none.
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { SearchResult } from '../../core/contract/search.js';
import { searchIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import { type Ending, endingOf } from './failure.js';

/**
 * The result of a search that has ended, or how it ended without one. Throws a SpecError for `argument` if the search
 * was deleted after it had been found.
 */
export async function resultOf(
  handle: WorkflowHandle,
  argument = 'id',
): Promise<{ readonly result: SearchResult } | { readonly ending: Ending }> {
  try {
    return { result: (await handle.result()) as SearchResult };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw deletedSearch(searchIdOf(handle.workflowId), argument);
    if (!isEnding(error)) throw error;
    return { ending: endingOf(error) };
  }
}

/** The error for a search that was deleted while it was read. */
export function deletedSearch(id: string, argument: string): SpecError {
  return SpecError.of({
    path: argument,
    code: 'not-found',
    message: `no search "${id}" any more; it was deleted`,
  });
}

/** A server that does not answer is not an end of the search. */
function isEnding(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowFailedError';
}
