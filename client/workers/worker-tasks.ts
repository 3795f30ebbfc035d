// Lists what workers do: the steps of running searches that they have taken, and how fast they score.
import type { Client } from '@temporalio/client';
import { SEARCH_WORKFLOW, searchIdOf } from '../../core/contract/search-queues.js';
import { type PendingActivity, readActivities } from '../status/activities.js';

/** The most running searches that are asked. */
const ASKED = 50;

/** A step that a worker has taken. Times are ISO 8601. */
export interface WorkerTask {
  /** As in the list of workers. */
  readonly identity: string;
  /** The id of the search. */
  readonly search: string;
  /** The activity in Temporal, such as `scoreShard`. */
  readonly step: string;
  readonly started: string;
  /**
   * Candidates a second of the shard that is being scored, from the counts of its last heartbeat; absent for
   * other steps, and before the first heartbeat.
   */
  readonly rate?: number;
  /**
   * The scorer processes of the worker that died and were replaced since it started, as of its last heartbeat;
   * absent for other steps, and for workers of earlier releases.
   */
  readonly scorerRestarts?: number;
}

/** A step ends between two requests, so a task may be listed that is just over. */
export async function listWorkerTasks(client: Client): Promise<readonly WorkerTask[]> {
  const ids: string[] = [];
  const query = `ExecutionStatus = "Running" AND WorkflowType = "${SEARCH_WORKFLOW}"`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: ASKED })) {
    ids.push(workflowId);
    if (ids.length === ASKED) break;
  }
  const found = await Promise.all(
    ids.map(async (workflowId) => {
      const handle = client.workflow.getHandle(workflowId);
      const description = await handle.describe().catch(() => undefined);
      const activities = description ? await readActivities({ client, description }) : [];
      return activities.flatMap((activity) => taskOf(searchIdOf(workflowId), activity));
    }),
  );
  return found.flat();
}

function taskOf(search: string, activity: PendingActivity): readonly WorkerTask[] {
  const { worker, state, started, activity: step } = activity;
  if (state !== 'started' || worker === undefined || started === undefined) return [];
  const rate = rateOf(activity, Date.now());
  const { scorerRestarts } = (activity.details ?? {}) as { readonly scorerRestarts?: unknown };
  return [
    {
      identity: worker,
      search,
      step,
      started: new Date(started).toISOString(),
      ...(rate === undefined ? {} : { rate }),
      ...(typeof scorerRestarts === 'number' ? { scorerRestarts } : {}),
    },
  ];
}

function rateOf({ details, started }: PendingActivity, now: number): number | undefined {
  const { scored } = (details ?? {}) as { readonly scored?: unknown };
  if (typeof scored !== 'number' || started === undefined || now <= started) return undefined;
  return (1_000 * scored) / (now - started);
}
