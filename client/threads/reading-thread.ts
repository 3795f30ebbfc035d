// Reads comparisons, reports and the like in a worker thread with connections of its own, so that the thread
// of the program keeps answering meanwhile.
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../core/errors.js';
import type { FinishedSearches } from '../searches/finished-searches.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { fromPlainError, type PlainError } from './thread-errors.js';

/** The calls that compute much, and whose arguments and results can be copied between threads. */
const THREAD_CALLS = [
  'writeParquet',
  'pareto',
  'correlate',
  'compare',
  'calibrate',
  'suggest',
  'report',
  'generations',
  'rounds',
  'otherRanks',
  'diff',
] as const;
export type ThreadCall = (typeof THREAD_CALLS)[number];
export type ThreadReading = Pick<FinishedSearches, ThreadCall>;

/** What the thread needs to connect as its program did. */
export interface ThreadSetting {
  /** The folder of the embedded servers. */
  readonly home: string;
  readonly modules: ModulePermission;
  readonly name: string;
}

export interface ThreadRequest {
  readonly id: number;
  readonly call: ThreadCall;
  readonly args: readonly unknown[];
}

export type ThreadMessage =
  | { readonly note: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError };

export interface ReadingThread {
  readonly reading: ThreadReading;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that nobody uses for this time ends, and gives its memory back. */
const IDLE_MS = 60_000;
const SCRIPT = new URL('./reading-worker.js', import.meta.url);

/** Ends a call with what the thread answered. */
function answer(call: Waiting | undefined, message: Exclude<ThreadMessage, { readonly note: string }>): void {
  if ('error' in message) call?.reject(fromPlainError(message.error));
  else call?.resolve(message.value);
}

/** The thread starts with the first call. */
export function createReadingThread({
  onNote,
  ...setting
}: ThreadSetting & { readonly onNote: (text: string) => void }): ReadingThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 0;
  let isClosed = false;
  const end = async (): Promise<void> => {
    const ended = worker;
    worker = undefined;
    await ended?.terminate();
  };
  const settle = (id: number): Waiting | undefined => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) idle = setTimeout(() => void end(), IDLE_MS).unref();
    return call;
  };
  const rejectAll = (error: Error): void => {
    for (const id of [...waiting.keys()]) settle(id)?.reject(error);
  };
  const begin = (): Worker => {
    if (isClosed) throw createClosedError();
    const begun = new Worker(SCRIPT, { workerData: setting });
    begun.on('message', (message: ThreadMessage) =>
      'note' in message ? onNote(message.note) : answer(settle(message.id), message),
    );
    // An uncaught error, such as a heap that is full, ends the thread; the next call starts another one.
    const fail = (error: Error) => {
      if (worker !== begun) return;
      worker = undefined;
      rejectAll(error);
    };
    begun.on('error', fail);
    begun.on('exit', (code) => fail(new Error(`the thread that reads results ended with ${code}`)));
    return begun;
  };
  const call = (name: ThreadCall, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker ??= begin();
      const id = nextId++;
      // Throws, and so rejects the call, if an argument cannot be copied, such as a function.
      worker.postMessage({ id, call: name, args } satisfies ThreadRequest);
      clearTimeout(idle);
      waiting.set(id, { resolve, reject });
    });
  const calls = THREAD_CALLS.map((name) => [name, (...args: unknown[]) => call(name, args)] as const);
  return {
    reading: Object.fromEntries(calls) as unknown as ThreadReading,
    close: async () => {
      isClosed = true;
      await end();
      rejectAll(createClosedError());
      clearTimeout(idle);
    },
  };
}

function createClosedError(): ServiceError {
  return new ServiceError({
    reason: 'closed',
    address: '',
    fault: 'this connection was closed; connect again',
  });
}
