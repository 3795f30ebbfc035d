// Runs a score worker. While the worker is set aside, it does not poll and waits to be released.
import type { Worker } from '@temporalio/worker';
import { findRecord, type StandingOptions, untilReleased, untilSetAside } from '../store/standing.js';
import type { WorkerRecord } from '../store/store.js';
import { runUntil } from './run-with-reconnect.js';

/** The state in which a worker was stopped: working, or set aside. */
export type EndState = 'stopped' | 'set aside';

interface RunWhileTrustedArguments {
  /** Creates the worker. Results that are computed after the signal is aborted must not be stored. */
  readonly create: (trusted: AbortSignal) => Promise<Worker>;
  readonly standing: StandingOptions;
  readonly onWorker: (worker: Worker) => void;
  readonly onSetAside: (record: WorkerRecord) => void;
  readonly onReleased: () => void;
}

export async function runWhileTrusted({
  create,
  standing,
  onWorker,
  onSetAside,
  onReleased,
}: RunWhileTrustedArguments): Promise<EndState> {
  const { stop, worker: name } = standing;
  while (!stop.aborted) {
    // A store that does not answer keeps no worker from working.
    const found = await findRecord(standing).catch(() => undefined);
    if (stop.aborted) break;
    if (found?.state === 'set aside') {
      onSetAside(found);
      await untilReleased(standing);
      if (stop.aborted) return 'set aside';
      onReleased();
      continue;
    }
    const barred = new AbortController();
    const over = new AbortController();
    const watch = untilSetAside({ ...standing, stop: AbortSignal.any([stop, over.signal]) }).then(
      (record) => {
        if (record) barred.abort(new Error(`worker ${name} was set aside: ${record.reason}`));
      },
    );
    try {
      const worker = await create(barred.signal);
      const done = runUntil({ worker, stop: AbortSignal.any([stop, barred.signal]) });
      onWorker(worker);
      await done;
    } finally {
      over.abort();
      await watch;
    }
  }
  return 'stopped';
}
