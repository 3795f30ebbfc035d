// Reads from Temporal's histories when each shard of a search was scheduled, started and finished.
import type { Client } from '@temporalio/client';

export interface Shard {
  /** Seconds since 1970. */
  readonly scheduled: number;
  /** The start of the last attempt. */
  readonly started: number;
  readonly ended: number;
  readonly attempts: number;
}

export interface SearchHistory {
  readonly workflowId: string;
  readonly runs: number;
  readonly largestEvents: number;
  readonly largestBytes: number;
  readonly started: number;
  readonly ended: number;
  readonly shards: readonly Shard[];
  /**
   * Seconds from the start of the first to the end of the last activity of each kind; audits before and after
   * scoring are `auditScores 1` and `2`.
   */
  readonly steps: Readonly<Record<string, number>>;
}

interface Time {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

const secondsOf = (time: Time | null | undefined): number =>
  Number(time?.seconds ?? 0) + Number(time?.nanos ?? 0) / 1e9;

/** Reads the histories of the workflow and of its parts. */
export async function readSearchHistory(client: Client, workflowId: string): Promise<SearchHistory> {
  const activities: (Shard & { name: string })[] = [];
  const lengths: { events: number; bytes: number }[] = [];
  let [first, end] = [Number.POSITIVE_INFINITY, 0];
  const query = `WorkflowId = "${workflowId}" OR WorkflowId STARTS_WITH "${workflowId}/"`;
  for await (const run of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const { historyLength = 0, historySize = 0, startTime, closeTime } = await handle.describe();
    lengths.push({ events: historyLength, bytes: historySize });
    first = Math.min(first, startTime.getTime() / 1000);
    end = Math.max(end, (closeTime?.getTime() ?? 0) / 1000);
    activities.push(...activitiesOf((await handle.fetchHistory()).events ?? []));
  }
  return {
    workflowId,
    runs: lengths.length,
    largestEvents: Math.max(...lengths.map(({ events }) => events)),
    largestBytes: Math.max(...lengths.map(({ bytes }) => bytes)),
    started: first,
    ended: end,
    shards: activities.filter(({ name }) => name === 'scoreShard'),
    steps: stepsOf(activities),
  };
}

function stepsOf(activities: readonly (Shard & { name: string })[]): Record<string, number> {
  const scoring = Math.min(
    ...activities.filter(({ name }) => name === 'scoreShard').map((shard) => shard.scheduled),
  );
  const spans = new Map<string, { from: number; to: number }>();
  for (const { name, scheduled, ended } of activities) {
    const step = name === 'auditScores' ? `${name} ${scheduled < scoring ? 1 : 2}` : name;
    const { from, to } = spans.get(step) ?? { from: scheduled, to: ended };
    spans.set(step, { from: Math.min(from, scheduled), to: Math.max(to, ended) });
  }
  return Object.fromEntries([...spans].map(([name, { from, to }]) => [name, to - from]));
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/** The completed activities of a history. */
function activitiesOf(events: NonNullable<History['events']>): (Shard & { name: string })[] {
  const scheduled = new Map<string, { name: string; at: number }>();
  const started = new Map<string, { at: number; attempts: number }>();
  const done: (Shard & { name: string })[] = [];
  for (const event of events) {
    const at = secondsOf(event.eventTime);
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) scheduled.set(String(event.eventId), { name, at });
    const begun = event.activityTaskStartedEventAttributes;
    if (begun) started.set(String(begun.scheduledEventId), { at, attempts: Number(begun.attempt ?? 1) });
    const completed = event.activityTaskCompletedEventAttributes;
    if (!completed) continue;
    const id = String(completed.scheduledEventId);
    const { name: of, at: from } = scheduled.get(id)!;
    const { at: begin, attempts } = started.get(id)!;
    done.push({ name: of, scheduled: from, started: begin, ended: at, attempts });
  }
  return done;
}
