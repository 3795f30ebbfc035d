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
  const { client, handle, id, store, stop, onLook, isLocal, isRestarted = () => false } = following;
  const { workersStarted = Number.NEGATIVE_INFINITY } = following;
  const live = new Map<number, number>();
  const unsubscribe = store.progress.subscribe(id, ({ shard, scored, reused, failed }: ProgressEvent) => {
    live.set(shard, scored + reused + failed);
  });
  // A call that nobody waits for any more would keep the process alive until the server answers, 20 s for a result.
  const over = new AbortController();
  // The SDK adds a listener for every call within and leaves it there.
  setMaxListeners(0, over.signal);
  let query = new AbortController();
  const servers = watchServers({ isRestarted });
  const looker = createLooker({ client, handle, isLocal });
  const awayNow = () => waitingFor({ now: Date.now(), away: servers.away() });
  let isConnected = true;
  /** Tells at once that NATS is away: a poll under way may wait for Temporal, which is away too. */
  const lookAtNats = (): void => {
    servers.saw('NATS', store.isConnected());
    if (isConnected && !store.isConnected()) onLook?.({ progress: undefined, waiting: awayNow() });
    isConnected = store.isConnected();
  };
  const poll = async (): Promise<void> => {
    query = new AbortController();
    const look = () => client.withAbortSignal(query.signal, () => looker.look(servers.away()));
    try {
      const { progress, facts } = await client.withDeadline(Date.now() + ANSWER_MS, look);
      servers.saw('Temporal', true);
      const running = progress?.shards.running.reduce((sum, shard) => sum + (live.get(shard) ?? 0), 0) ?? 0;
      onLook?.({
        progress: progress && { ...progress, now: Math.min(progress.done + running, progress.planned) },
        waiting: waitingFor({
          ...facts,
          away: servers.away(),
          isStartingWorkers: Date.now() - workersStarted < START_MS,
        }),
      });
    } catch (error) {
      if (query.signal.aborted || !isTransient(error)) return;
      servers.saw('Temporal', false);
      onLook?.({ progress: undefined, waiting: awayNow() });
    }
  };
  let polling = false;
  // Nobody watches: the servers and this machine's cores are left to the search.
  const timer = setInterval(() => {
    if (onLook === undefined) return;
    lookAtNats();
    if (polling) return;
    polling = true;
    void poll().finally(() => {
      polling = false;
    });
  }, POLL_MS);
  const stopped = new Promise<'stopped'>((resolve) => {
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    const result = () => resultOf({ handle, over: over.signal });
    return await Promise.race([handle.client.withAbortSignal(over.signal, result), stopped]);
  } finally {
    over.abort();
    query.abort();
    clearInterval(timer);
    unsubscribe();
  }
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
