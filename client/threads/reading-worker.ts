// Runs in a worker thread: connects to the servers, and answers the calls of reading-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from '../connections/session.js';
import { createReading } from '../searches/finished-searches.js';
import type { ThreadMessage, ThreadReading, ThreadRequest, ThreadSetting } from './reading-thread.js';
import { toPlainError } from './thread-errors.js';

const { home, modules, name } = workerData as ThreadSetting;
const send = (message: ThreadMessage) => parentPort!.postMessage(message);
const note = (text: string) => send({ note: text });

let reading: Promise<ThreadReading> | undefined;

parentPort!.on('message', async ({ id, call, args }: ThreadRequest) => {
  try {
    const run = (await connectOnce())[call] as (...given: readonly unknown[]) => Promise<unknown>;
    send({ id, value: await run(...args) });
  } catch (error) {
    send({ id, error: toPlainError(error) });
  }
});

/** Connections remain open until the thread ends. After a failure the next call tries again. */
function connectOnce(): Promise<ThreadReading> {
  reading ??= openSession({ start: 'never', home, modules, name, onStep: note, onNote: note }).then(
    createReading,
  );
  reading.catch(() => {
    reading = undefined;
  });
  return reading;
}
