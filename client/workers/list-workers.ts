// Lists the living workers, what each can run, what waits for them, and which workers were set aside.
import type { Client } from '@temporalio/client';
import type { Store, WorkerRecord } from '../../store/store.js';
import type { Session } from '../connections/session.js';
import { findBusyWorkers, findLivingWorkers, type Queue, readQueues, type SeenWorker } from './queues.js';
import { readWorkerStarts, type WorkerStarts } from './worker-starts.js';

/** A worker, with its start where Temporal knows it. */
export type ListedWorker = SeenWorker & Partial<WorkerStarts>;

/** The queue of control workers or of one device, with its workers and waiting tasks. */
export interface QueueOfWorkers extends Omit<Queue, 'workers'> {
  /** The living workers, as far as this can be known. */
  readonly workers: readonly ListedWorker[];
  /** Records of workers of this device that were suspected or set aside. */
  readonly records: readonly WorkerRecord[];
}

export async function listWorkers({
  client,
  store,
  connections,
}: Pick<Session, 'client' | 'connections'> & { readonly store: Pick<Store, 'workers'> }): Promise<
  readonly QueueOfWorkers[]
> {
  const [queues, all, startsOf] = await Promise.all([
    readQueues(client),
    store.workers.list(),
    readWorkerStarts(client),
  ]);
  const records = all.filter(({ state }) => state !== 'released');
  const isLocal = connections.temporal.source === 'embedded';
  const living = await livingOf({ client, queues, isLocal });
  return queues.map((queue) => ({
    ...queue,
    workers: queue.workers
      .filter((one) => living.has(one))
      .map((one) => ({ ...one, ...startsOf({ queue: queue.name, identity: one.identity }) })),
    records: records.filter(({ device }) => device === queue.device),
  }));
}

/** The living workers of all queues. */
async function livingOf({
  client,
  queues,
  isLocal,
}: {
  readonly client: Client;
  readonly queues: readonly Queue[];
  readonly isLocal: boolean;
}): Promise<ReadonlySet<SeenWorker>> {
  const find = (busy?: ReadonlySet<string>) =>
    new Set(queues.flatMap((queue) => findLivingWorkers({ queue, isLocal, ...(busy ? { busy } : {}) })));
  const found = find();
  const all = queues.reduce((sum, { workers }) => sum + workers.length, 0);
  // Searches are asked which workers hold their shards only if some worker has not polled for a while.
  return isLocal || found.size === all ? found : find(await findBusyWorkers(client));
}
