// Offers one search to a program: its progress while it runs, and its results.
import type { SearchResult } from '../../core/contract/search.js';
import { type TemporalConnection, withServiceErrors } from '../connections/server-errors.js';
import type { Session } from '../connections/session.js';
import { listMeasuredScopes } from '../results/latencies.js';
import { type Results, readResults } from '../results/results.js';
import { resultOf } from '../status/ending.js';
import { createLooker } from '../status/facts.js';
import type { AwayServer } from '../status/waiting.js';
import { type FollowRequest, followSearch, type SearchLook } from './follow-search.js';
import { followThrough } from './follow-through.js';
import { latestValues } from './latest-values.js';
import { SearchFailedError } from './search-failed-error.js';
import type { Started } from './start-search.js';

export interface Search {
  readonly id: string;
  /** Whether this call started it, found it running, or found it finished. */
  readonly how: Started['how'];
  /**
   * The progress of the search, about once a second and once at its end, however it ends. Leaving the loop
   * ends following, not the search. A slow reader gets only the latest state.
   */
  progress(): AsyncIterable<SearchLook>;
  /**
   * Waits for the end and returns the results. Throws a SearchFailedError if the search ends without results.
   */
  results(): Promise<Results>;
}

export interface SearchSetting {
  readonly session: Session;
  readonly started: Started;
  /** Starts the search again if it cannot end otherwise; absent for a search that another process started. */
  readonly again?: Parameters<typeof followThrough>[0]['again'];
  /** The time at which workers for it were started on this machine, in milliseconds since 1970. */
  readonly workersStarted?: number | undefined;
  readonly isRestarted: (name: AwayServer['name']) => boolean;
  readonly connection: TemporalConnection;
}

export function createSearch({
  session,
  started,
  again,
  workersStarted,
  isRestarted,
  connection,
}: SearchSetting): Search {
  const { client, store, connections, onNote } = session;
  const { id, how } = started;
  let { handle } = started;
  const follow = (given: Pick<FollowRequest, 'stop' | 'onLook'>): Promise<SearchResult | 'stopped'> => {
    const isLocal = connections.temporal.source === 'embedded';
    const following = { client, handle, id, store, isLocal, workersStarted, isRestarted, ...given };
    if (!again) return followSearch(following);
    const startAgain = async () => {
      handle = await again();
      return handle;
    };
    return followThrough({ ...following, again: startAgain, onNote });
  };
  const lookAtEnd = async (): Promise<SearchLook> => {
    const isLocal = connections.temporal.source === 'embedded';
    const { progress } = await createLooker({ client, handle, isLocal }).look();
    return { progress: progress && { ...progress, now: progress.done }, waiting: [] };
  };
  const search: Search = {
    id,
    how,
    progress: () =>
      latestValues<SearchLook>(async (onLook, stop) => {
        await follow({ stop, onLook }).catch((error: unknown) => {
          // The loop ends with the search; `results` reports how it ended.
          if ((error as Error).name !== 'WorkflowFailedError') throw error;
        });
        // A short search may end before its first progress report; if a worker can still answer, the last
        // report has all counts.
        if (!stop.aborted) await lookAtEnd().then(onLook, () => {});
      }),
    results: async () => {
      const never = new AbortController().signal;
      const result = await follow({ stop: never }).catch(async (error: unknown) => {
        if ((error as Error).name !== 'WorkflowFailedError') throw error;
        const outcome = await resultOf(handle);
        if ('result' in outcome) return outcome.result;
        throw new SearchFailedError({ id, ...outcome.ending });
      });
      const measured = await listMeasuredScopes({ client, id });
      return readResults({ store, result: result as SearchResult, measured });
    },
  };
  return withServiceErrors(search, connection);
}
