// Finds in a Temporal failure the reason that a person needs, and says what can be done about it.
import {
  ActivityFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client';

export interface Ending {
  /** Why it did not finish, in the words of the step that failed. */
  readonly reason: string;
  /** The class of the error, such as `SpecError`; absent where the failure does not say. */
  readonly type?: string;
  /** What the person can do. */
  readonly advice: string;
}

/** Errors whose message only says that something inside them failed. */
const WRAPPERS = [WorkflowFailedError, ActivityFailure, ChildWorkflowFailure];

/** Skips Temporal's wrappers ("Workflow execution failed", "Activity task failed"). */
function rootFailure(error: unknown): unknown {
  let link = error;
  while (
    link instanceof Error &&
    link.cause instanceof Error &&
    WRAPPERS.some((type) => link instanceof type)
  )
    link = link.cause;
  return link;
}

/** The messages of the root failure and of what caused it, each once. */
export function reasonOf(error: unknown): string {
  const root = rootFailure(error);
  if (root instanceof TimeoutFailure) return timeoutReason(root);
  if (root instanceof CancelledFailure) return 'it was cancelled';
  const messages: string[] = [];
  for (let link = root; link instanceof Error; link = link.cause)
    if (link.message && !messages.some((known) => known.includes(link.message))) messages.push(link.message);
  return messages.join(': ') || String(root);
}

function timeoutReason({ timeoutType, message }: TimeoutFailure): string {
  if (timeoutType === 'HEARTBEAT') return 'the worker that did it was lost: it sent no heartbeat';
  if (timeoutType === 'START_TO_CLOSE') return 'it took longer than it may';
  return message;
}

/** How a search ended that has no results, from the error that waiting for its result throws. */
export function endingOf({ error, id }: { readonly error: unknown; readonly id: string }): Ending {
  const root = rootFailure(error);
  const reason = reasonOf(error);
  const again = 'what is scored stays; `zeroscout run` of its specification goes on from there';
  if (root instanceof CancelledFailure)
    return { reason: `somebody cancelled it (zeroscout cancel ${id})`, advice: again };
  if (root instanceof TerminatedFailure) {
    const why =
      root.message && !/^workflow execution terminated$/i.test(root.message) ? `: ${root.message}` : '';
    return { reason: `somebody terminated its workflow in Temporal${why}`, advice: again };
  }
  const type = typeOf(root);
  return { reason, ...(type ? { type } : {}), advice: adviceFor(type) ?? again };
}

function typeOf(error: unknown): string | undefined {
  return error instanceof TimeoutFailure
    ? 'Timeout'
    : ((error as { type?: string | null }).type ?? undefined);
}

function adviceFor(type: string | undefined): string | undefined {
  if (type === 'SpecError') return 'correct the specification, then `zeroscout run` it';
  if (type === 'BlobError')
    return '`zeroscout run` of its specification makes what was damaged again, from the scores that are kept';
  return undefined;
}
