// Cancels a workflow while a chosen workflow task of it is computed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { until } from './home.js';
import { whileStopped } from './stopped.js';

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** What came before a workflow task. */
export interface Task {
  /** Whether the run continues another one. */
  readonly isContinued: boolean;
  /** The types of the activities that the run has completed. */
  readonly completed: readonly string[];
}

/**
 * Lets the control worker, process `pid`, run for a millisecond at a time until it computes the workflow task
 * that `isIt` recognizes, and cancels the workflow then. The server delivers the cancellation in the next
 * workflow task, which begins at once.
 */
export async function cancelDuring(
  handle: WorkflowHandle,
  pid: number,
  isIt: (task: Task) => boolean,
): Promise<void> {
  const step = async (): Promise<boolean> => {
    const isCancelled = await whileStopped(pid, async () => {
      const { events = [] } = await handle.fetchHistory();
      const isComputed = events!.at(-1)?.workflowTaskStartedEventAttributes !== undefined;
      if (!isComputed || !isIt(taskOf(events!))) return false;
      await handle.cancel();
      return true;
    });
    if (!isCancelled) await sleep(1);
    return isCancelled;
  };
  await until(step, { what: 'the workflow task to be cancelled in', timeoutMs: 60_000, everyMs: 0 });
}

function taskOf(events: readonly Event[]): Task {
  const completed = events.flatMap(({ activityTaskCompletedEventAttributes: completed }) => {
    if (!completed) return [];
    const scheduled = events.find(({ eventId }) => String(eventId) === String(completed.scheduledEventId));
    return [scheduled!.activityTaskScheduledEventAttributes!.activityType!.name!];
  });
  const { continuedExecutionRunId } = events[0]!.workflowExecutionStartedEventAttributes!;
  return { isContinued: !!continuedExecutionRunId, completed };
}
