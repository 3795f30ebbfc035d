// Runs a worker for workflows until it is to stop, and creates a new one whenever the connection to Temporal
// was lost.
import { Connection, type ConnectionOptions } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { KEEPALIVE } from './keepalive.js';

/** grpc.connectivityState; @grpc/grpc-js is the SDK's dependency, not ours. */
const READY = 2;
const TRANSIENT_FAILURE = 3;
/** The time within which a wait notices that it was cancelled. */
const LOOK_MS = 500;
/** Options for reconnecting while a server is unreachable. */
const RECONNECT = { 'grpc.max_reconnect_backoff_ms': 1_000 };

/** A running server accepts a new connection within this time. */
const CONNECT_MS = 2_500;

/**
 * A connection that reports immediately if no server listens at its address, and within ten seconds if the
 * server stops answering. A worker's own connection reconnects silently, and notices a silent server only
 * after 45 s.
 */
class WatchedConnection extends Connection {
  /**
   * A server that closes connections gracefully, or another server behind the same address, does not count as
   * lost.
   */
  async untilAway(over: AbortSignal): Promise<void> {
    let lost = Number.POSITIVE_INFINITY;
    await this.#until(over, (state) => {
      if (state === READY) lost = Number.POSITIVE_INFINITY;
      else lost = Math.min(lost, performance.now());
      return state === TRANSIENT_FAILURE || performance.now() - lost > CONNECT_MS;
    });
  }

  async untilBack(over: AbortSignal): Promise<void> {
    await this.#until(over, (state) => state === READY);
  }

  async #until(over: AbortSignal, isReached: (state: number) => boolean): Promise<void> {
    const channel = this.client.getChannel();
    while (!over.aborted) {
      const state = channel.getConnectivityState(true);
      if (isReached(state)) return;
      await new Promise((done) => channel.watchConnectivityState(state, Date.now() + LOOK_MS, done));
    }
  }
}

interface RunWithReconnectArguments {
  readonly create: () => Promise<Worker>;
  readonly temporal: ConnectionOptions;
  readonly stop: AbortSignal;
  /** Called with each worker once it runs. */
  readonly onWorker: (worker: Worker) => void;
  /** Called when Temporal no longer answers. */
  readonly onAway: () => void;
}

/**
 * A worker caches workflows, and the server sends only new events to it. A server that was restored from a
 * backup has fewer events than the worker's cache: it sends events again that the worker already has, and the
 * workflow gets stuck. So the cache is dropped whenever the server was unreachable, and the next worker reads
 * histories from the beginning.
 */
export async function runWithReconnect({
  create,
  temporal,
  stop,
  onWorker,
  onAway,
}: RunWithReconnectArguments): Promise<void> {
  const connection = WatchedConnection.lazy({
    ...temporal,
    channelArgs: { ...KEEPALIVE, ...RECONNECT },
  }) as WatchedConnection;
  try {
    while (!stop.aborted) {
      const worker = await create();
      const over = new AbortController();
      const leave = () => over.abort();
      const ended = runUntil({ worker, stop: AbortSignal.any([stop, over.signal]) });
      ended.then(leave, leave);
      onWorker(worker);
      await connection.untilAway(over.signal);
      if (!over.signal.aborted && !stop.aborted) onAway();
      leave();
      await ended;
      await connection.untilBack(stop);
    }
  } finally {
    await connection.close();
  }
}

/** Runs a worker until it is to stop, and waits until it has drained. */
export async function runUntil({
  worker,
  stop,
}: {
  readonly worker: Worker;
  readonly stop: AbortSignal;
}): Promise<void> {
  const shutdown = () => void (worker.getState() === 'RUNNING' && worker.shutdown());
  stop.addEventListener('abort', shutdown);
  try {
    const done = worker.run();
    if (stop.aborted) shutdown();
    await done;
  } finally {
    stop.removeEventListener('abort', shutdown);
  }
}
