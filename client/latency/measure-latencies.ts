// Measures the latencies of the best candidates of a finished search, on the machine of a control worker.
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { LatencyInput, LatencyResult } from '../../core/contract/latency.js';
import { CONTROL_QUEUE, LATENCY_WORKFLOW, latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Session } from '../connections/session.js';
import type { Latencies } from '../results/latencies.js';
import { readResults } from '../results/results.js';
import { findFinishedSearch } from '../searches/find-search.js';
import { checkSettings } from '../specification/check-settings.js';
import { createEnvironment } from '../specification/module-permission.js';
import { startControlWorker } from '../workers/local-workers.js';
import { followMeasuring } from './follow-measuring.js';

export interface MeasureRequest {
  readonly id: string;
  /** The number of candidates from the top of the ranking. */
  readonly top: number;
  /** Whether candidates that have a latency are measured again; the last measurement counts. */
  readonly which: 'all' | 'missing';
  /** Called with one line after every change of state. */
  readonly onStep: (text: string) => void;
  /** Ends a measurement that this request has started, and else only the wait for it; what was measured is kept. */
  readonly stop: AbortSignal;
}

export interface MeasuredLatencies {
  readonly id: string;
  /** How many candidates were measured, how many could not be run, and on which machines. */
  readonly measuring: LatencyResult;
  readonly rows: readonly RankingRow[];
  readonly latencies: Latencies;
}

export async function measureLatencies(
  session: Session,
  { id: given, top, which, onStep, stop }: MeasureRequest,
): Promise<MeasuredLatencies | 'stopped'> {
  const { client, store, connections, home, modules, onNote } = session;
  if (connections.embedded) checkSettings(createEnvironment(modules));
  const { memo, result } = await findFinishedSearch({ client, id: given });
  const { id } = result;
  const input: LatencyInput = { specification: memo.specification, ranking: result.ranking, top, which };
  const { handle, isOwn } = await startOrJoin({ client, id, input, onStep });
  const workers = connections.embedded ? startControlWorker({ home, modules, onNote }) : undefined;
  try {
    const isLocal = connections.temporal.source === 'embedded';
    const measuring = await followMeasuring({ client, handle, isOwn, stop, isLocal, onStep });
    if (measuring === 'stopped') return 'stopped';
    const results = await readResults({ store, result, measured: measuring.latencies });
    const rows = await results.first(top);
    return { id, measuring, rows, latencies: await results.latencies(rows) };
  } finally {
    await workers?.stop();
  }
}

interface StartOrJoinArguments {
  readonly client: Client;
  readonly id: string;
  readonly input: LatencyInput;
  readonly onStep: (text: string) => void;
}

/** Two simultaneous measurements would disturb each other, so a second request waits for the running one. */
async function startOrJoin({
  client,
  id,
  input,
  onStep,
}: StartOrJoinArguments): Promise<{ readonly handle: WorkflowHandle; readonly isOwn: boolean }> {
  const workflowId = latencyWorkflowIdOf(id);
  try {
    const handle = await client.workflow.start(LATENCY_WORKFLOW, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      staticSummary: `latencies of search ${id}`,
    });
    return { handle, isOwn: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    onStep(`latencies of ${id} are being measured; attached to it`);
    return { handle: client.workflow.getHandle(workflowId), isOwn: false };
  }
}
