// Tells a worker when it is set aside and when it is released, by reading its record in the store every two
// seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerRecord, WorkerRecords } from './store.js';

/**
 * The interval at which a worker reads its record. A search that sets a worker aside waits longer than this
 * before it discards the worker's scores.
 */
export const STANDING_MS = 2_000;

export interface StandingOptions {
  readonly records: WorkerRecords;
  readonly worker: string;
  readonly stop: AbortSignal;
  /** Called once when the store does not answer; the worker continues with its last known state. */
  readonly onFault?: (error: Error) => void;
}

/**
 * Resolves with the record that sets this worker aside, as soon as there is one, or with undefined when the
 * worker is to stop.
 */
export async function untilSetAside(standing: StandingOptions): Promise<WorkerRecord | undefined> {
  const record = await until(standing, (found) => found?.state === 'set aside');
  return record?.state === 'set aside' ? record : undefined;
}

/** Resolves when the worker is no longer set aside, or when it is to stop. */
export async function untilReleased(standing: StandingOptions): Promise<void> {
  await until(standing, (found) => found?.state !== 'set aside');
}

async function until(
  { records, worker, stop, onFault }: StandingOptions,
  isSo: (record: WorkerRecord | undefined) => boolean,
): Promise<WorkerRecord | undefined> {
  let silent = false;
  // A server that is gone may never answer.
  const stopped = new Promise<undefined>((resolve) => {
    stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  while (!stop.aborted) {
    try {
      const record = await Promise.race([records.find(worker), stopped]);
      silent = false;
      if (!stop.aborted && isSo(record)) return record;
    } catch (error) {
      if (!silent && !stop.aborted) onFault?.(error as Error);
      silent = true;
    }
    await sleep(STANDING_MS, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}
