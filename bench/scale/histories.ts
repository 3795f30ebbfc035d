// In: a finished search. Out: how long its histories are, and when its steps began and ended.
import type { Client } from '@temporalio/client';

export interface Histories {
  readonly runs: number;
  readonly largestEvents: number;
  readonly largestBytes: number;
  /** Activities by name and turn (`auditScores 1`, `auditScores 2`): seconds from the first one's start to the last one's end. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Of every run of the workflow and of the workflows that it started. */
export async function readHistories({
  client,
  workflowId,
}: {
  client: Client;
  workflowId: string;
}): Promise<Histories> {
  const lengths: { events: number; bytes: number }[] = [];
  const steps = new Map<string, { from: number; to: number }>();
  const turns = new Map<string, number>();
  for await (const run of client.workflow.list({ query: `WorkflowId STARTS_WITH "${workflowId}"` })) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const { historyLength = 0, historySize = 0 } = await handle.describe();
    lengths.push({ events: historyLength, bytes: historySize });
    const names = new Map<string, string>();
    for (const event of (await handle.fetchHistory()).events ?? []) {
      const time = Number(event.eventTime?.seconds ?? 0) + Number(event.eventTime?.nanos ?? 0) / 1e9;
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled) {
        const name = scheduled.activityType?.name ?? '';
        const turn = name === 'auditScores' ? (turns.get(name) ?? 0) + 1 : undefined;
        if (turn) turns.set(name, turn);
        const step = turn ? `${name} ${turn}` : name;
        names.set(String(event.eventId), step);
        const known = steps.get(step);
        steps.set(step, { from: Math.min(known?.from ?? Infinity, time), to: known?.to ?? 0 });
      }
      const completed = event.activityTaskCompletedEventAttributes;
      const step = completed && names.get(String(completed.scheduledEventId));
      if (step) {
        const known = steps.get(step)!;
        steps.set(step, { from: known.from, to: Math.max(known.to, time) });
      }
    }
  }
  return {
    runs: lengths.length,
    largestEvents: Math.max(...lengths.map(({ events }) => events)),
    largestBytes: Math.max(...lengths.map(({ bytes }) => bytes)),
    steps: Object.fromEntries([...steps].map(([name, { from, to }]) => [name, to - from])),
  };
}
