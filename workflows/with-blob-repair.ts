// Runs a search, and starts it again if blobs were damaged or the workers of its engine are gone; scores
// remain in the store.
import { log } from '@temporalio/workflow';
import type { SearchInput, SearchResult, SearchState } from '../core/contract/search.js';
import { continueAsNew } from './continue-as-new.js';
import { failureDetailsOf, failureTypeOf } from './failure-type.js';
import { createState, runSearch } from './search.js';

/** The number of times that a search starts again because of damaged blobs. */
const MAX_REPAIRS = 3;

/**
 * The contents of blobs follow from the specification and the scores, so a search that starts again writes
 * them again.
 */
export async function withBlobRepair(input: SearchInput): Promise<SearchResult> {
  let state = input.carried ?? createState(input.id);
  const onState = (next: SearchState) => {
    state = next;
  };
  try {
    return await runSearch({ input, begun: state, onState });
  } catch (error) {
    const ended = { input, state, error };
    const carried = stateAfterDamage(ended) ?? stateUnderOtherEngine(ended);
    if (!carried) throw error;
    log.warn('the search begins again', { error });
    return continueAsNew<typeof withBlobRepair>({ ...input, carried });
  }
}

interface Ended {
  readonly input: SearchInput;
  readonly state: SearchState;
  readonly error: unknown;
}

/**
 * The state from which a search that met a damaged blob starts again; undefined for any other error, and if
 * it has done so too often.
 */
function stateAfterDamage({ input, state, error }: Ended): SearchState | undefined {
  const { startedAt, run, paused, pausedSince, repairs = 0, addresses, moved, verification } = state;
  if (failureTypeOf(error) !== 'BlobError' || repairs >= MAX_REPAIRS) return undefined;
  return {
    ...createState(input.id),
    startedAt,
    run,
    paused,
    pausedSince,
    repairs: repairs + 1,
    ...(addresses ? { addresses } : {}),
    ...(moved ? { moved } : {}),
    ...(verification ? { verification } : {}),
  };
}

/**
 * The state of a search that starts again because no worker of its engine is left. It starts from the
 * beginning, under the engine of the present workers, because ranks, rounds and generations of two engines
 * must not be mixed. Its new run name leaves behind the candidates that the old engine set aside.
 */
function stateUnderOtherEngine({ input, state, error }: Ended): SearchState | undefined {
  if (failureTypeOf(error) !== 'EngineGoneError') return undefined;
  const [{ engine }] = failureDetailsOf(error) as [{ engine: string }];
  const { startedAt, paused, pausedSince, repairs, verification } = state;
  const times = (state.moved?.times ?? 0) + 1;
  const begun = createState(input.id);
  return {
    ...begun,
    startedAt,
    paused,
    pausedSince,
    run: `${begun.run}_${times + 1}`,
    moved: { engine, times },
    ...(repairs ? { repairs } : {}),
    ...(verification ? { verification } : {}),
  };
}
