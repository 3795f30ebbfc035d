// In: a search. Out: its result, also where blobs were damaged or its engine's workers are gone: it begins again and finds what scores there are.
import { continueAsNew, log } from '@temporalio/workflow';
import type { SearchInput, SearchResult, SearchState } from '../core/contract/search.js';
import { failureDetailsOf, failureTypeOf } from './failure-type.js';
import { beginning, search } from './search.js';

/** Times that a search begins again because of damaged blobs. */
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
    const carried = repaired({ input, state, error }) ?? moved({ input, state, error });
    if (!carried) throw error;
    log.warn('the search begins again', { error });
    return continueAsNew<typeof mended>({ ...input, carried });
  }
}

interface Ended {
  readonly input: SearchInput;
  readonly state: SearchState;
  readonly error: unknown;
}

function repaired({ input, state, error }: Ended): SearchState | undefined {
  const { startedAt, run, paused, pausedSince, repairs = 0, addresses, moved, verification } = state;
  if (failureTypeOf(error) !== 'BlobError' || repairs >= MAX_REPAIRS) return undefined;
  return {
    ...beginning(input.id),
    ...{ startedAt, run, paused, pausedSince, repairs: repairs + 1 },
    ...(addresses ? { addresses } : {}),
    ...(moved ? { moved } : {}),
    ...(verification ? { verification } : {}),
  };
}

/**
 * Every worker of the search's engine is gone. Under the engine of those that are there the search begins from its start, as
 * ranks, rounds and generations of two engines must not mix. So it leaves behind also what its old engine set aside.
 */
function moved({ input, state, error }: Ended): SearchState | undefined {
  if (failureTypeOf(error) !== 'EngineGoneError') return undefined;
  const [{ engine }] = failureDetailsOf(error) as [{ engine: string }];
  const { startedAt, paused, pausedSince, repairs, verification } = state;
  const times = (state.moved?.times ?? 0) + 1;
  const begun = beginning(input.id);
  return {
    ...begun,
    ...{ startedAt, paused, pausedSince, run: `${begun.run}_${times + 1}`, moved: { engine, times } },
    ...(repairs ? { repairs } : {}),
    ...(verification ? { verification } : {}),
  };
}
