// Asks Temporal which workers poll for the work of a device class.
import type { NativeConnection } from '@temporalio/worker';
import { scoreQueue } from '../core/contract/search-queues.js';
import { readIdentity } from '../core/contract/worker-identity.js';
import type { Device } from '../core/specification/devices.js';
import { hasEnded } from './fleet.js';

const ANSWER_MS = 5_000;
/** temporal.api.enums.v1.TaskQueueType */
const ACTIVITY = 2;

/**
 * Names of the workers that polled within the last five minutes. A busy worker does not poll, and a worker
 * that has ended is still listed.
 */
export function createPolling({
  connection,
  namespace,
}: {
  readonly connection: NativeConnection;
  readonly namespace: string;
}): (device: string) => Promise<readonly string[]> {
  return async (device) => {
    const { pollers } = await connection.withDeadline(Date.now() + ANSWER_MS, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: scoreQueue(device as Device) },
        taskQueueType: ACTIVITY,
      }),
    );
    const names = (pollers ?? []).map(
      ({ identity }) => readIdentity(identity ?? '')?.place ?? identity ?? '',
    );
    return [...new Set(names)].filter((place) => place !== '' && !hasEnded({ place })).sort();
  };
}
