// Follows a workflow that measures latencies to its result, and reports its progress and what it waits for.
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { LatencyResult } from '../../core/contract/latency.js';
import type { StepReport } from '../../core/contract/search.js';
import { readActivities } from '../status/activities.js';
import { findLivingWorkers, readQueue } from '../workers/queues.js';

const LOOK_MS = 3_000;

interface FollowMeasuringArguments {
  readonly client: Client;
  readonly handle: WorkflowHandle;
  /** Whether this person has asked for it first; another person's goes on when this one stops. */
  readonly isOwn: boolean;
  readonly stop: AbortSignal;
  readonly isLocal: boolean;
  /** Called with one line after every change of state. */
  readonly onStep: (text: string) => void;
}

export async function followMeasuring({
  client,
  handle,
  isOwn,
  stop,
  isLocal,
  onStep,
}: FollowMeasuringArguments): Promise<LatencyResult | 'stopped'> {
  let last = '';
  const look = async (): Promise<void> => {
    const description = await handle.describe();
    const [activity] = await readActivities({ client, description });
    const details = activity?.details as StepReport | undefined;
    const isWaiting = activity?.state !== 'started';
    const count = isWaiting ? findLivingWorkers({ queue: await readQueue(client), isLocal }).length : 1;
    const text = count === 0 ? 'no control worker' : describeMeasured(details);
    // The text is the same while one candidate is measured, so it is reported once.
    if (text !== last && description.status.name === 'RUNNING') onStep(text);
    last = text;
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // A server may be restarting; the next tick asks again.
    void look()
      .catch(() => {})
      .finally(() => {
        looking = false;
      });
  }, LOOK_MS);
  const stopped = new Promise<'stopped'>((resolve) => {
    // It may have been stopped while the measurement was started.
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    return await Promise.race([handle.result() as Promise<LatencyResult>, stopped]);
  } finally {
    clearInterval(timer);
    if (stop.aborted && isOwn) await handle.terminate('the person who asked for it stopped').catch(() => {});
  }
}

/** The number of candidates is not known before the first report. */
export function describeMeasured({ taken = 0, wanted }: StepReport = {}): string {
  return wanted === undefined ? 'measuring latency' : `measuring latency: ${taken} of ${wanted} candidates`;
}
