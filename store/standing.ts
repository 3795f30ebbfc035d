// Tells a worker when it is set aside and when it is released again, by asking the store every two seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerRecord, WorkerRecords } from './store.js';

/** How often a worker asks. A search that sets a worker aside waits longer than that before it takes the worker's scores back. */
export const STANDING_MS = 2_000;

export interface Standing {
  readonly records: WorkerRecords;
  readonly worker: string;
  readonly stop: AbortSignal;
  /** Called once when the store does not answer; the worker goes on with what it knew. */
  readonly onFault?: (error: Error) => void;
}

/** The record that sets this worker aside, as soon as there is one; undefined when the worker is to stop. */
export async function untilSetAside(standing: Standing): Promise<WorkerRecord | undefined> {
  const record = await until(standing, (found) => found?.state === 'set aside');
  return record?.state === 'set aside' ? record : undefined;
}

/** Resolves when the worker is no longer set aside, or is to stop. */
export async function untilReleased(standing: Standing): Promise<void> {
  await until(standing, (found) => found?.state !== 'set aside');
}

async function until(
  { records, worker, stop, onFault }: Standing,
  isSo: (record: WorkerRecord | undefined) => boolean,
): Promise<WorkerRecord | undefined> {
  let silent = false;
  while (!stop.aborted) {
    try {
      const record = await records.find(worker);
      silent = false;
      if (isSo(record)) return record;
    } catch (error) {
      if (!silent && !stop.aborted) onFault?.(error as Error);
      silent = true;
    }
    await sleep(STANDING_MS, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}
