// Tells a worker when it is set aside and when it is released, by reading its record in the store every two
// seconds.
import { once } from 'node:events';
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
  return until(standing, (found) => found?.state === 'set aside');
}

/** Resolves when the worker is no longer set aside, or when it is to stop. */
export async function untilReleased(standing: StandingOptions): Promise<void> {
  await until(standing, (found) => found?.state !== 'set aside');
}

/**
 * The record of this worker, or undefined when the worker is to stop, because a server that is gone may never
 * answer.
 */
export async function findRecord({
  records,
  worker,
  stop,
}: StandingOptions): Promise<WorkerRecord | undefined> {
  if (stop.aborted) return undefined;
  // Without its end, every look would leave a listener behind for as long as the worker runs.
  const ended = new AbortController();
  const stopped = once(stop, 'abort', { signal: ended.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([records.find(worker), stopped]);
  } finally {
    ended.abort();
  }
}

/** Resolves with the first record for which `isSo` holds, or with undefined when the worker is to stop. */
async function until(
  standing: StandingOptions,
  isSo: (record: WorkerRecord | undefined) => boolean,
): Promise<WorkerRecord | undefined> {
  const { stop, onFault } = standing;
  let silent = false;
  while (!stop.aborted) {
    try {
      const record = await findRecord(standing);
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
