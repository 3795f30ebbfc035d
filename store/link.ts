// Wraps a NATS connection: calls are retried, each attempt fails at once when the connection breaks, and all
// end with close.
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import { createNatsError } from './nats-error.js';
import { type RetryOptions, reasonOf, TransientFault, withRetry } from './retry.js';

/** How long a request waits for its answer, and a batch for its next message. */
export const REQUEST_MS = 5_000;
/**
 * How long `close` waits for running calls and for the flush, so that an unreachable server does not hold the
 * process.
 */
const CLOSE_MS = 2_000;

/** A message that the server holds but cannot deliver, or whose contents do not belong there. */
export interface Damage {
  readonly stream: string;
  readonly subject: string;
  readonly why: string;
}

/** Whether the server is there, and why not where the client knows it, such as refused credentials. */
export interface LinkState {
  readonly state: 'there' | 'away';
  readonly why?: string;
}

/** The number of damaged subjects that a link records, so that each is reported once. */
const TOLD = 10_000;

/** The connection that the parts of the store share. */
export interface Link {
  readonly address: string;
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Whether the link is connected at this moment. */
  readonly isAlive: () => boolean;
  /** Whether JetStream answers within this time; false at once if there is no connection. */
  answers(withinMs: number): Promise<boolean>;
  /** Whether the link is not closed: it is connected or reconnecting. */
  readonly isOpen: () => boolean;
  /**
   * Runs `fn` with retries. Each attempt fails as soon as the connection is lost, before its request times
   * out.
   */
  call<T>(describe: string, fn: () => Promise<T>): Promise<T>;
  /** Runs `fn` once, as one attempt of `call`. */
  once<T>(fn: () => Promise<T>): Promise<T>;
  /** Starts `work` after every reconnection, and ignores its errors. */
  onReconnect(work: () => Promise<unknown>): void;
  /** Reports damage to the caller of `createLink`, once for each subject. */
  onDamage(damage: Damage): void;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly address: string;
  readonly connection: NatsConnection;
  /** How long a call is retried. */
  readonly patienceMs: number;
  readonly onFault?: RetryOptions['onFault'];
  readonly onDamage?: ((damage: Damage) => void) | undefined;
  readonly onState?: ((state: LinkState) => void) | undefined;
}

export async function createLink(options: LinkOptions): Promise<Link> {
  const { address, connection, patienceMs, onFault, onDamage, onState } = options;
  const told = new LRUCache<string, true>({ max: TOLD });
  const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_MS });
  const calls = new Set<Promise<unknown>>();
  const watched = watchConnection(connection, onState);
  let closing: Promise<void> | undefined;

  function attempt<T>(fn: () => Promise<T>): Promise<T> {
    if (connection.isClosed()) throw createClosedError(address);
    return watched.attempt(fn);
  }

  /** Starts a call that `close` waits for. */
  async function track<T>(start: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw createClosedError(address);
    const call = start();
    calls.add(call);
    return call.finally(() => calls.delete(call));
  }

  async function shutDown(): Promise<void> {
    if (watched.isAlive()) await waitAtMost(CLOSE_MS, Promise.allSettled(calls));
    // Draining flushes the remaining progress events. A lost connection cannot be drained and is closed
    // without it.
    if (watched.isAlive()) await waitAtMost(CLOSE_MS, connection.drain());
    watched.end();
    await connection.close();
  }

  const isAlive = () => watched.isAlive() && closing === undefined;
  return {
    address,
    connection,
    jsm,
    js: jetstream(connection, { timeout: REQUEST_MS }),
    isAlive,
    answers: async (withinMs) => isAlive() && (await jetStreamAnswers({ connection, withinMs })),
    isOpen: () => closing === undefined && !connection.isClosed(),
    call: (describe, fn) =>
      track(() => withRetry({ address, describe, patienceMs, onFault }, async () => attempt(fn))),
    onReconnect: watched.onReconnect,
    onDamage: (damage) => {
      if (told.has(damage.subject)) return;
      told.set(damage.subject, true);
      onDamage?.(damage);
    },
    once: (fn) => track(async () => attempt(fn)),
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

function createClosedError(address: string): Error {
  return createNatsError(address, {
    reason: 'closed',
    fault: 'this store was closed',
    remedy: 'connect again',
  });
}

/** Tracks whether there is a connection, and makes running attempts fail as soon as it is lost. */
function watchConnection(connection: NatsConnection, onState: LinkOptions['onState']) {
  /** Functions that make the running attempts fail when the connection is lost. */
  const attempts = new Set<(error: Error) => void>();
  const renewals = new Set<() => Promise<unknown>>();
  let alive = true;
  let lastError: Error | undefined;

  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error') {
        // While the server refuses the client, every attempt to reconnect ends with the same error.
        const isNew = !lastError || reasonOf(lastError) !== reasonOf(status.error);
        lastError = status.error;
        if (!alive && isNew) onState?.({ state: 'away', why: reasonOf(lastError) });
      }
      if (status.type === 'staleConnection') destroySocket(connection);
      if (status.type === 'reconnect') {
        // After refused attempts, the client reports one reconnection several times.
        if (!alive) onState?.({ state: 'there' });
        alive = true;
        lastError = undefined;
        for (const work of renewals) void work().catch(() => {});
      }
      if (status.type !== 'disconnect' && status.type !== 'close') continue;
      if (alive && status.type === 'disconnect') onState?.({ state: 'away' });
      alive = false;
      for (const fail of attempts) fail(new TransientFault('the connection was lost'));
    }
  })();

  return {
    isAlive: () => alive,
    end: () => {
      alive = false;
    },
    onReconnect: (work: () => Promise<unknown>) => void renewals.add(work),
    attempt: <T>(fn: () => Promise<T>): Promise<T> => {
      if (!alive) throw new TransientFault(`not connected${lastError ? ` (${reasonOf(lastError)})` : ''}`);
      return new Promise((resolve, reject) => {
        attempts.add(reject);
        fn()
          .then(resolve, reject)
          .finally(() => attempts.delete(reject));
      });
    },
  };
}

/**
 * Ends a connection whose pings have no answer. The client itself ends it only after the socket has taken all
 * bytes that wait to be written, and a full socket to a silent server takes none until TCP gives up, after
 * some fifteen minutes. The client has no public method that closes without this wait.
 */
function destroySocket(connection: NatsConnection): void {
  const { protocol } = connection as { protocol?: { transport?: { close?: (error: Error) => unknown } } };
  void protocol?.transport?.close?.(new Error('the server does not answer'));
}

/** The server that leads JetStream's cluster answers this request; without a quorum none does. */
async function jetStreamAnswers({
  connection,
  withinMs,
}: {
  readonly connection: NatsConnection;
  readonly withinMs: number;
}): Promise<boolean> {
  try {
    const answer = await connection.request('$JS.API.INFO', '', { timeout: withinMs });
    return !('error' in answer.json<object>());
  } catch {
    return false;
  }
}

/** Waits for `promise` for at most `ms`, and ignores its result and its error. */
async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.catch(() => {}), timeout]);
  clearTimeout(timer);
}
