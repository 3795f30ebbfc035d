// Reads the result of a search that has ended, or the reason why there is none.
import type { WorkflowHandle } from '@temporalio/client';
import type { SearchResult } from '../../core/contract/search.js';
import { type Ending, endingOf } from './failure.js';

/** The result of a search that has ended, or how it ended without one. */
export async function resultOf(
  handle: WorkflowHandle,
): Promise<{ readonly result: SearchResult } | { readonly ending: Ending }> {
  try {
    return { result: (await handle.result()) as SearchResult };
  } catch (error) {
    if (!isEnding(error)) throw error;
    return { ending: endingOf(error) };
  }
}

/** A server that does not answer is not an end of the search. */
function isEnding(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowFailedError';
}
