// Follows a search to its result, and tells meanwhile how far it is and what it waits for.
import { setMaxListeners } from 'node:events';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { SearchProgress, SearchResult } from '../../core/contract/search.js';
import type { ProgressEvent, Store } from '../../store/store.js';
import { watchServers } from '../status/away.js';
import { createLooker } from '../status/facts.js';
import { type AwayServer, type Waiting, waitingFor } from '../status/waiting.js';

const POLL_MS = 1_000;
/** Workers that this command has started ask for work within this. */
const START_MS = 30_000;
/** A server that lives answers within this. */
const ANSWER_MS = 3_000;
/** As long as workers wait for a server. */
const PATIENCE_MS = 10 * 60_000;

/** How far a search is, with the candidates that running shards have scored. */
export type LiveProgress = SearchProgress & { readonly now: number };

export interface SearchLook {
  /** Undefined where nobody answered. */
  readonly progress: LiveProgress | undefined;
  /** What the search waits for, the most pressing first; empty where it simply goes on. */
  readonly waiting: readonly Waiting[];
}

export interface Following {
  readonly client: Client;
  readonly handle: WorkflowHandle;
  readonly id: string;
  readonly store: Store;
  /** Ends the watching, not the search. */
  readonly stop: AbortSignal;
  /** Called about once a second. Without it the servers are asked for nothing but the result. */
  readonly onLook?: ((look: SearchLook) => void) | undefined;
  /** Whether all workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
  /** When this command started workers of its own, milliseconds since 1970. */
  readonly workersStarted?: number | undefined;
  /** Whether this command starts that server again when it has ended; without it none is. */
  readonly isRestarted?: (name: AwayServer['name']) => boolean;
}

/** Resolves with the search's result; rejects with its failure. */
export async function followSearch(following: Following): Promise<SearchResult | 'stopped'> {
  const { handle, stop, onLook } = following;
  // A call that nobody waits for any more would keep the process alive until the server answers, 20 s for a result.
  const over = new AbortController();
  // The SDK adds a listener for every call within and leaves it there.
  setMaxListeners(0, over.signal);
  // Without a listener nothing is asked for but the result, which leaves the servers and the cores of this machine to the search.
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

type Watching = Following & { readonly onLook: (look: SearchLook) => void };

/** Hands a look at the search to `onLook` about once a second, until the function that it answers is called. */
function lookAgainAndAgain(watching: Watching): () => void {
  const { client, store, onLook, isRestarted = () => false } = watching;
  const live = countLive(watching);
  const servers = watchServers({ isRestarted });
  const looker = createLooker(watching);
  const { workersStarted = Number.NEGATIVE_INFINITY } = watching;
  let query = new AbortController();
  const lookAtAway = (): void =>
    onLook({ progress: undefined, waiting: waitingFor({ now: Date.now(), away: servers.away() }) });
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
        waiting: waitingFor({ ...facts, away: servers.away(), isStartingWorkers }),
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
    // The listener is told at once, because a poll under way may wait for Temporal, which may be away too.
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

/** Counts the candidates that running shards have scored, from what their workers publish. */
function countLive({ store, id }: Pick<Following, 'store' | 'id'>) {
  const live = new Map<number, number>();
  const stop = store.progress.subscribe(id, ({ shard, scored, reused, failed }: ProgressEvent) => {
    live.set(shard, scored + reused + failed);
  });
  return {
    of: ({ shards }: SearchProgress) =>
      shards.running.reduce((sum, shard) => sum + (live.get(shard) ?? 0), 0),
    stop,
  };
}

/** The workflow's result, through restarts of the server. */
async function resultOf({
  handle,
  over,
}: {
  handle: WorkflowHandle;
  over: AbortSignal;
}): Promise<SearchResult> {
  for (;;) {
    try {
      return (await handle.result()) as SearchResult;
    } catch (error) {
      if (over.aborted || !isTransient(error)) throw error;
    }
    await untilBack({ handle, over });
  }
}

/** A server that is away for minutes comes back to a search that has waited for it; so do we. */
async function untilBack({ handle, over }: { handle: WorkflowHandle; over: AbortSignal }): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await handle.describe();
      return;
    } catch (error) {
      if (over.aborted || !isTransient(error) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** gRPC: the server is away (14), has no time (4), or gave up on a connection that broke (13, 1). */
function isTransient(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  return [1, 4, 8, 13, 14].includes(Number(cause?.code ?? (error as { code?: unknown }).code));
}
