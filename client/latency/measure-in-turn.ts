// Starts measuring the latencies of a search, after the measurement of somebody else where one runs.
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import type { LatencyInput, LatencyResult } from '../../core/contract/latency.js';
import { CONTROL_QUEUE, LATENCY_WORKFLOW, latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import { followMeasuring } from './follow-measuring.js';

interface MeasureInTurnArguments {
  readonly client: Client;
  /** The id of the search. */
  readonly id: string;
  readonly input: LatencyInput;
  readonly stop: AbortSignal;
  readonly isLocal: boolean;
  /** Called with one line after every change of state. */
  readonly onStep: (text: string) => void;
}

/**
 * Two simultaneous measurements would disturb each other, so this one waits for a running one, however that ends, and
 * then measures what it has left.
 */
export async function measureInTurn({
  id,
  input,
  ...following
}: MeasureInTurnArguments): Promise<LatencyResult | 'stopped'> {
  for (;;) {
    const { handle, isOwn } = await startOrFind({ ...following, id, input });
    const followed = followMeasuring({ ...following, handle, isOwn });
    if (isOwn) return await followed;
    const ended = await followed.catch((error: unknown) => {
      if (!(error instanceof WorkflowFailedError)) throw error;
    });
    if (ended === 'stopped') return ended;
  }
}

/** The handle of a new measurement, or of the one that runs. */
async function startOrFind({
  client,
  id,
  input,
  onStep,
}: Pick<MeasureInTurnArguments, 'client' | 'id' | 'input' | 'onStep'>): Promise<{
  readonly handle: WorkflowHandle;
  readonly isOwn: boolean;
}> {
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
    onStep(`latencies of ${id} are being measured for somebody else; waiting until that ends`);
    return { handle: client.workflow.getHandle(workflowId), isOwn: false };
  }
}
