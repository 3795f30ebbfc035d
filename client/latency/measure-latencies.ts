// Measures the latencies of the best of a finished search, on the machine of a control worker.
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { LatencyInput, LatencyResult } from '../../core/contract/latency.js';
import { CONTROL_QUEUE, LATENCY_WORKFLOW, latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Session } from '../connections/session.js';
import type { Latencies } from '../results/latencies.js';
import { readResults } from '../results/results.js';
import { finishedSearch } from '../searches/find-search.js';
import { startControlWorker } from '../workers/local-workers.js';
import { followMeasuring } from './follow-measuring.js';

export interface MeasureRequest {
  readonly id: string;
  /** The first so many of the ranking. */
  readonly top: number;
  /** Whether those are measured again that have a latency; the last measurement counts from now on. */
  readonly which: 'all' | 'missing';
  /** Called with one line whenever the state has changed. */
  readonly onStep: (text: string) => void;
  /** Ends the measuring; what is measured stays. */
  readonly stop: AbortSignal;
}

export interface MeasuredLatencies {
  readonly id: string;
  /** How many were measured now, how many could not be run, and on which machines. */
  readonly measuring: LatencyResult;
  readonly rows: readonly RankingRow[];
  readonly latencies: Latencies;
}

export async function measureLatencies(
  session: Session,
  { id: given, top, which, onStep, stop }: MeasureRequest,
): Promise<MeasuredLatencies | 'stopped'> {
  const { client, store, connections, home, modules, onNote } = session;
  const { memo, result } = await finishedSearch({ client, id: given });
  const { id } = result;
  const input: LatencyInput = { specification: memo.specification, ranking: result.ranking, top, which };
  const handle = await startOrJoin({ client, id, input, onStep });
  const workers = connections.embedded ? startControlWorker({ home, modules, onNote }) : undefined;
  try {
    const isLocal = connections.temporal.source === 'embedded';
    const measuring = await followMeasuring({ client, handle, stop, isLocal, onStep });
    if (measuring === 'stopped') return 'stopped';
    const results = await readResults({ store, result, measured: measuring.latencies });
    const rows = await results.first(top);
    return { id, measuring, rows, latencies: await results.latencies(rows) };
  } finally {
    await workers?.stop();
  }
}

/** Two measurements at once would disturb each other: who asks while one runs waits for it. */
async function startOrJoin({
  client,
  id,
  input,
  onStep,
}: {
  readonly client: Client;
  readonly id: string;
  readonly input: LatencyInput;
  readonly onStep: (text: string) => void;
}): Promise<WorkflowHandle> {
  const workflowId = latencyWorkflowIdOf(id);
  try {
    return await client.workflow.start(LATENCY_WORKFLOW, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      staticSummary: `latencies of search ${id}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    onStep(`latencies of ${id} are being measured; attached to it`);
    return client.workflow.getHandle(workflowId);
  }
}
