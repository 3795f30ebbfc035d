// Follows a search to its result, and reports its progress and what it waits for.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { SearchProgress, SearchResult } from '../../core/contract/search.js';
import type { Store } from '../../store/store.js';
import { watchServers } from '../status/away.js';
import { createLooker } from '../status/facts.js';
import { type AwayServer, listWaiting, type Waiting } from '../status/waiting.js';
import { countLive } from './count-live.js';

const POLL_MS = 1_000;
/** The time within which workers started by this command poll for work. */
const START_MS = 30_000;
/** The time within which a running server answers. */
const ANSWER_MS = 3_000;
/** How long to wait for an unreachable server, as workers do. */
const PATIENCE_MS = 10 * 60_000;

/** The progress of a search, including the candidates that running shards have scored. */
export type LiveProgress = SearchProgress & { readonly now: number };

export interface SearchLook {
  /** Undefined if there was no answer. */
  readonly progress: LiveProgress | undefined;
  /** What the search waits for, the most important reason first; empty if it is working normally. */
  readonly waiting: readonly Waiting[];
}

export interface FollowRequest {
  readonly client: Client;
  readonly handle: WorkflowHandle;
  readonly id: string;
  readonly store: Store;
  /** Ends following, not the search. */
  readonly stop: AbortSignal;
  /** Called about once a second. Without it, the servers are asked only for the result. */
  readonly onLook?: ((look: SearchLook) => void) | undefined;
  /** Whether all workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
  /** The time at which this command started workers, in milliseconds since 1970. */
  readonly workersStarted?: number | undefined;
  /** Whether this command restarts that server when it has ended; by default it restarts none. */
  readonly isRestarted?: (name: AwayServer['name']) => boolean;
}

/** Resolves with the search's result, or rejects with its failure. */
export async function followSearch(following: FollowRequest): Promise<SearchResult | 'stopped'> {
  const { handle, stop, onLook } = following;
  // Aborting ends calls whose answers are no longer needed. They would keep the process alive until the
  // server answers, up to 20 s for a result.
  const over = new AbortController();
  // The SDK adds a listener for every call and does not remove it.
  setMaxListeners(0, over.signal);
  // Without a listener only the result is requested, which leaves the servers and processor cores to the
  // search.
  const stopLooking = onLook ? lookAgainAndAgain({ ...following, onLook }) : () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    const result = () => resultOf({ handle, over: over.signal });
    return await Promise.race([handle.client.withAbortSignal(over.signal, result), stopped]);
  } finally {
    over.abort();
    stopLooking();
  }
}

type Watching = FollowRequest & { readonly onLook: (look: SearchLook) => void };

/** Calls `onLook` with the state of the search about once a second, until the returned function is called. */
function lookAgainAndAgain(watching: Watching): () => void {
  const { client, store, id, onLook, isRestarted = () => false } = watching;
  const live = countLive({ bus: store.progress, id });
  const servers = watchServers({ isRestarted });
  const looker = createLooker(watching);
  const { workersStarted = Number.NEGATIVE_INFINITY } = watching;
  let query = new AbortController();
  const lookAtAway = (): void =>
    onLook({ progress: undefined, waiting: listWaiting({ now: Date.now(), away: servers.away() }) });
  const poll = async (): Promise<void> => {
    query = new AbortController();
    const look = () => client.withAbortSignal(query.signal, () => looker.look(servers.away()));
    try {
      const { progress, facts } = await client.withDeadline(Date.now() + ANSWER_MS, look);
      servers.note({ name: 'Temporal', state: 'there' });
      const isStartingWorkers = Date.now() - workersStarted < START_MS;
      onLook({
        progress: progress && {
          ...progress,
          now: Math.min(progress.done + live.of(progress), progress.planned),
        },
        waiting: listWaiting({ ...facts, away: servers.away(), isStartingWorkers }),
      });
    } catch (error) {
      if (query.signal.aborted || !isTransient(error)) return;
      servers.note({ name: 'Temporal', state: 'away' });
      lookAtAway();
    }
  };
  let isConnected = true;
  let polling = false;
  const timer = setInterval(() => {
    const wasConnected = isConnected;
    isConnected = store.isConnected();
    servers.note({ name: 'NATS', state: isConnected ? 'there' : 'away' });
    // The listener is called immediately, because the current poll may be waiting for Temporal, which may also
    // be unreachable.
    if (wasConnected && !isConnected) lookAtAway();
    if (polling) return;
    polling = true;
    void poll().finally(() => {
      polling = false;
    });
  }, POLL_MS);
  return () => {
    query.abort();
    clearInterval(timer);
    live.stop();
  };
}

/** The workflow's result, also across restarts of the server. */
async function resultOf({
  handle,
  over,
}: {
  readonly handle: WorkflowHandle;
  readonly over: AbortSignal;
}): Promise<SearchResult> {
  for (;;) {
    try {
      return (await handle.result()) as SearchResult;
    } catch (error) {
      if (over.aborted || !isTransient(error)) throw error;
    }
    await waitForTemporal({ handle, over });
  }
}

/** The search itself waits for a server that is unreachable for minutes, so the follower waits as well. */
async function waitForTemporal({
  handle,
  over,
}: {
  readonly handle: WorkflowHandle;
  readonly over: AbortSignal;
}): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await handle.describe();
      return;
    } catch (error) {
      if (over.aborted || !isTransient(error) || performance.now() > deadline) throw error;
    }
    await sleep(1_000);
  }
}

/** gRPC codes for a server that is unreachable (14) or overloaded, and for broken connections (13, 1). */
function isTransient(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  return [1, 4, 8, 13, 14].includes(Number(cause?.code ?? (error as { code?: unknown }).code));
}
