// In: a search. Out: its result, also where blobs were damaged meanwhile: it begins again and finds its scores.
import { continueAsNew, log } from '@temporalio/workflow';
import type { SearchInput, SearchResult } from '../core/spec/search.js';
import { failureTypeOf } from './failure-type.js';
import { beginning, search } from './search.js';

/** Times that a search begins again. */
const MAX_REPAIRS = 3;

/** What is in blobs follows from the specification and the scores, and is mended by being put again. */
export async function mended(input: SearchInput): Promise<SearchResult> {
  let state = input.carried ?? beginning(input.id);
  try {
    return await search({
      input,
      begun: state,
      onState: (next) => {
        state = next;
      },
    });
  } catch (error) {
    const { startedAt, run, paused, pausedSince, repairs = 0 } = state;
    if (failureTypeOf(error) !== 'BlobError' || repairs >= MAX_REPAIRS) throw error;
    log.warn('a blob is damaged; the search begins again', { error });
    const carried = { ...beginning(input.id), startedAt, run, paused, pausedSince, repairs: repairs + 1 };
    return continueAsNew<typeof mended>({ ...input, carried });
  }
}
