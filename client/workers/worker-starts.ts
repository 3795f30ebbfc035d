// Reads from Temporal when each worker started, and how often a worker of the same name had started before.
import type { Client } from '@temporalio/client';

/** Temporal lists this many workers in one answer. */
const PAGE = 1_000;
/** The most answers that are read, so that a namespace shared with others does not delay the list. */
const PAGES = 10;

export interface WorkerStarts {
  /** Milliseconds since 1970. */
  readonly started: number;
  /**
   * How often the worker came back under this name, as far as Temporal remembers (about a day; a run of less than
   * a minute is unknown to it).
   */
  readonly restarts: number;
}

/** A run of a worker process, of which several SDK workers may be part. */
interface Run {
  readonly queue: string;
  readonly identity: string;
  readonly process: string;
  readonly started: number;
}

export type FindStarts = (worker: {
  readonly queue: string;
  readonly identity: string;
}) => WorkerStarts | undefined;

/**
 * Workers send heartbeats to Temporal, which remembers those of ended workers for a while. A server without such
 * heartbeats, or one that refuses to list them, knows nothing of any worker.
 */
export async function readWorkerStarts(client: Client): Promise<FindStarts> {
  const runs = await listRuns(client).catch((): readonly Run[] => []);
  const found = groupRuns(runs);
  return ({ queue, identity }) => found.get(JSON.stringify([queue, identity]));
}

async function listRuns(client: Client): Promise<readonly Run[]> {
  const { namespace } = client.options;
  const runs: Run[] = [];
  let nextPageToken = new Uint8Array();
  for (let page = 0; page < PAGES; page++) {
    const answer = await client.connection.workflowService.listWorkers({
      namespace,
      pageSize: PAGE,
      nextPageToken,
    });
    for (const { taskQueue, workerIdentity, workerGroupingKey, startTime } of answer.workers)
      runs.push({
        queue: taskQueue ?? '',
        identity: workerIdentity ?? '',
        process: workerGroupingKey ?? '',
        started: Number(startTime?.seconds ?? 0) * 1_000,
      });
    nextPageToken = new Uint8Array(answer.nextPageToken);
    if (nextPageToken.length === 0) break;
  }
  return runs;
}

/** A process starts when the first of its SDK workers does. */
function groupRuns(runs: readonly Run[]): ReadonlyMap<string, WorkerStarts> {
  const starts = new Map<string, Map<string, number>>();
  for (const { queue, identity, process, started } of runs) {
    const key = JSON.stringify([queue, identity]);
    const own = starts.get(key) ?? new Map<string, number>();
    starts.set(key, own.set(process, Math.min(started, own.get(process) ?? started)));
  }
  return new Map(
    [...starts].map(([key, own]) => [key, { started: Math.max(...own.values()), restarts: own.size - 1 }]),
  );
}
