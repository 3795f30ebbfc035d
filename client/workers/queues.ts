// Reads from Temporal which workers poll the queues of control and of each device, and how many tasks wait.
import { hostname } from 'node:os';
import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  CONTROL_QUEUE,
  PART_WORKFLOW,
  SEARCH_WORKFLOW,
  scoreQueue,
} from '../../core/contract/search-queues.js';
import { readIdentity, type WorkerIdentity } from '../../core/contract/worker-identity.js';
import { DEVICES, type Device } from '../../core/specification/devices.js';
import { isAlive } from '../embedded/process.js';

/** temporal.api.enums.v1.TaskQueueType */
const TYPES = { workflow: 1, activity: 2 } as const;
/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

export interface Queue {
  readonly name: string;
  /** Absent for the queue of control workers. */
  readonly device?: Device;
  /**
   * The workers that polled within the last five minutes, the latest first. A busy worker does not poll, and
   * one that has ended is listed for that long.
   */
  readonly workers: readonly SeenWorker[];
  /**
   * The number of tasks that no worker has taken, and the age in seconds of the oldest; estimates of the
   * server.
   */
  readonly waiting: number;
  readonly seconds: number;
}

export interface SeenWorker {
  readonly identity: string;
  /** Undefined for a worker whose identity cannot be parsed. */
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

/** The most running searches that are asked which workers hold their shards. */
const ASKED = 50;

/** The identities of workers that hold a task of a running search and therefore do not poll. */
export async function findBusyWorkers(client: Client): Promise<ReadonlySet<string>> {
  const handles: WorkflowHandle[] = [];
  const query = `ExecutionStatus = "Running" AND WorkflowType IN ("${SEARCH_WORKFLOW}", "${PART_WORKFLOW}")`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: ASKED })) {
    handles.push(client.workflow.getHandle(workflowId));
    if (handles.length === ASKED) break;
  }
  const held = await Promise.all(
    handles.map(async (handle) => {
      const description = await handle.describe().catch(() => undefined);
      return (description?.raw.pendingActivities ?? []).filter(({ state }) => state === STARTED);
    }),
  );
  return new Set(held.flat().map(({ lastWorkerIdentity }) => lastWorkerIdentity ?? ''));
}

/** An idle worker polls at least once a minute. */
const ASKS_MS = 75_000;

interface FindLivingWorkersArguments {
  readonly queue: Queue;
  /** Whether the workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
  readonly busy?: ReadonlySet<string>;
  readonly now?: number;
}

/**
 * The living workers of a queue, as far as this can be known. Temporal lists a poller for five minutes after
 * its last poll. For a worker on this machine, its process is checked; any other counts as ended if it has
 * not polled for a while and holds no task (`busy` has the identities of those that do).
 */
export function findLivingWorkers({
  queue: { workers },
  isLocal,
  busy = new Set(),
  now = Date.now(),
}: FindLivingWorkersArguments): readonly SeenWorker[] {
  return workers.filter((one) => {
    const pid = isLocal ? pidHere(one) : undefined;
    if (pid !== undefined) return isAlive(pid);
    return now - one.seen < ASKS_MS || busy.has(one.identity);
  });
}

function pidHere({ worker }: SeenWorker): number | undefined {
  const [, pid, host] = /^(\d+)@(.*)$/.exec(worker?.place ?? '') ?? [];
  return host === hostname() ? Number(pid) : undefined;
}
