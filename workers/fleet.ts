// Asks Temporal for the living workers on this worker's queue, and for their engine versions.
import { hostname } from 'node:os';
import type { NativeConnection } from '@temporalio/worker';
import type { Fleet, Step } from '../activities/engine-gate.js';
import { countEngines } from '../core/contract/engines.js';
import { CONTROL_QUEUE, scoreQueue } from '../core/contract/search-queues.js';
import { readIdentity, type WorkerIdentity } from '../core/contract/worker-identity.js';

/** temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY */
const ACTIVITY_QUEUE = 2;
/** temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED */
const STARTED = 2;

/**
 * Temporal lists workers that polled within five minutes. A busy worker does not poll, but is listed with the
 * steps that it works on.
 */
export function createFleet({
  connection: { workflowService },
  namespace,
  queue,
}: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly queue: string;
}): Fleet {
  const listAlive = async ({ activityId, workflowExecution: execution }: Step): Promise<WorkerIdentity[]> => {
    const [{ pollers }, { pendingActivities }] = await Promise.all([
      workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queue },
        taskQueueType: ACTIVITY_QUEUE,
      }),
      workflowService.describeWorkflowExecution({ namespace, execution: execution ?? null }),
    ]);
    const polling = (pollers ?? []).map(({ identity }) => identity);
    // The list contains this very step, with this worker's name, which says nothing about others.
    const working = (pendingActivities ?? [])
      .filter((step) => step.state === STARTED && step.activityId !== activityId)
      .map(({ lastWorkerIdentity }) => lastWorkerIdentity);
    return [...new Set([...polling, ...working])]
      .map((identity) => readIdentity(identity ?? ''))
      .filter((worker) => worker !== undefined && !hasEnded(worker)) as WorkerIdentity[];
  };
  return {
    engines: async (step) => countEngines((await listAlive(step)).map(({ engine }) => engine)),
    peers: async (step) => (await listAlive(step)).filter((worker) => queueOf(worker) === queue).length,
  };
}

/** The queue that a worker polls. Steps that it works on may stand in the list of another queue's workflow. */
const queueOf = (worker: WorkerIdentity): string =>
  worker.role === 'control' ? CONTROL_QUEUE : scoreQueue(worker.device);

/** Whether a worker `PID@HOST` of this machine has ended. Processes of other machines cannot be checked. */
export function hasEnded({ place }: Pick<WorkerIdentity, 'place'>): boolean {
  const [pid, host] = place.split('@');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
