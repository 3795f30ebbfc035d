// Reads how long the histories of a finished search are, and how long its steps took.
import type { Client } from '@temporalio/client';

export interface Histories {
  readonly runs: number;
  readonly largestEvents: number;
  readonly largestBytes: number;
  /**
   * Seconds of each activity, from the start of the first to the end of the last; audits before and after
   * scoring are `auditScores 1` and `2`.
   */
  readonly steps: Readonly<Record<string, number>>;
}

/** Reads the histories of every run of the workflow and of the workflows that it started. */
export async function readHistories({
  client,
  workflowId,
}: {
  readonly client: Client;
  readonly workflowId: string;
}): Promise<Histories> {
  const lengths: { events: number; bytes: number }[] = [];
  const activities: { name: string; from: number; to: number }[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId STARTS_WITH "${workflowId}"` })) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const { historyLength = 0, historySize = 0 } = await handle.describe();
    lengths.push({ events: historyLength, bytes: historySize });
    const scheduled = new Map<string, { name: string; from: number }>();
    for (const event of (await handle.fetchHistory()).events ?? []) {
      const time = Number(event.eventTime?.seconds ?? 0) + Number(event.eventTime?.nanos ?? 0) / 1e9;
      const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
      if (name) scheduled.set(String(event.eventId), { name, from: time });
      const completed = event.activityTaskCompletedEventAttributes;
      const activity = completed && scheduled.get(String(completed.scheduledEventId));
      if (activity) activities.push({ ...activity, to: time });
    }
  }
  const from = (name: string) =>
    Math.min(...activities.filter((one) => one.name === name).map((one) => one.from));
  const scoring = from('scoreShard');
  const stepOf = ({ name, from }: { readonly name: string; readonly from: number }) =>
    name === 'auditScores' ? `${name} ${from < scoring ? 1 : 2}` : name;
  const steps: Record<string, number> = {};
  for (const step of new Set(activities.sort((a, b) => a.from - b.from).map(stepOf))) {
    const turns = activities.filter((activity) => stepOf(activity) === step);
    steps[step] = Math.max(...turns.map(({ to }) => to)) - Math.min(...turns.map(({ from }) => from));
  }
  return {
    runs: lengths.length,
    largestEvents: Math.max(...lengths.map(({ events }) => events)),
    largestBytes: Math.max(...lengths.map(({ bytes }) => bytes)),
    steps,
  };
}
