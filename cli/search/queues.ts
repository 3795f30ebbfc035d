// In: a Temporal client. Out: who polls the queues of control and of each device, and what waits there.
import type { Client } from '@temporalio/client';
import { DEVICES, type Device } from '../../core/spec/devices.js';
import { CONTROL_QUEUE, scoreQueue } from '../../core/spec/search-queues.js';
import { readIdentity, type WorkerIdentity } from '../../core/spec/worker-identity.js';

/** temporal.api.enums.v1.TaskQueueType */
const TYPES = { workflow: 1, activity: 2 } as const;

export interface Queue {
  readonly name: string;
  /** None of the queue of control workers. */
  readonly device?: Device;
  /** Who asked for work within the last five minutes, latest first: one that is busy does not ask, one that is gone stays for so long. */
  readonly workers: readonly SeenWorker[];
  /** Tasks that nobody has taken, and the age in seconds of the oldest; estimates of the server. */
  readonly waiting: number;
  readonly seconds: number;
}

export interface SeenWorker {
  readonly identity: string;
  /** Undefined for one that does not say. */
  readonly worker: WorkerIdentity | undefined;
  /** Milliseconds since 1970. */
  readonly seen: number;
}

export function readQueues(client: Client): Promise<readonly Queue[]> {
  return Promise.all([readQueue(client), ...DEVICES.map((device) => readQueue(client, device))]);
}

export async function readQueue(client: Client, device?: Device): Promise<Queue> {
  const name = device ? scoreQueue(device) : CONTROL_QUEUE;
  const { pollers, stats } = await client.connection.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType: device ? TYPES.activity : TYPES.workflow,
    reportStats: true,
  });
  const workers = (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    worker: readIdentity(identity ?? ''),
    seen: Number(lastAccessTime?.seconds ?? 0) * 1000,
  }));
  return {
    name,
    ...(device ? { device } : {}),
    workers: workers.sort((a, b) => b.seen - a.seen),
    waiting: Number(stats?.approximateBacklogCount ?? 0),
    seconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
  };
}
