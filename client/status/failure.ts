// Extracts from a Temporal failure the reason that a person needs, with advice. Temporal's errors are told
// apart by their names, because its client takes a quarter of a second to load.
import type { TimeoutFailure } from '@temporalio/client';
import { type AdviceCode, REPAIR_BY_SEARCH } from '../../core/errors.js';

export interface Ending {
  /** The reason why it did not finish, as reported by the step that failed. */
  readonly reason: string;
  /** The class of the error, such as `SpecError`; absent if the failure has none. */
  readonly type?: string;
  /** Advice as text, and its code. */
  readonly advice: string;
  readonly adviceCode: AdviceCode;
}

/** Errors whose message only says that an inner step failed. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'WorkflowFailedError',
  'ActivityFailure',
  'ChildWorkflowFailure',
]);

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

function isTimeout(error: unknown): error is TimeoutFailure {
  return isNamed(error, 'TimeoutFailure');
}

/** Skips Temporal's wrappers ("Workflow execution failed", "Activity task failed"). */
function rootFailure(error: unknown): unknown {
  let link = error;
  while (link instanceof Error && link.cause instanceof Error && WRAPPERS.has(link.name)) link = link.cause;
  return link;
}

/** The messages of the root failure and of its causes, without repeats. */
export function reasonOf(error: unknown): string {
  const root = rootFailure(error);
  if (isTimeout(root)) return timeoutReason(root);
  if (isNamed(root, 'CancelledFailure')) return 'it was cancelled';
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

/** The end of a search without results, from the error that is thrown when waiting for its result. */
export function endingOf(error: unknown): Ending {
  const root = rootFailure(error);
  const reason = reasonOf(error);
  if (isNamed(root, 'CancelledFailure'))
    return { reason: 'somebody cancelled it', ...adviceOf('search-again') };
  if (isNamed(root, 'TerminatedFailure')) {
    const why =
      root.message && !/^workflow execution terminated$/i.test(root.message) ? `: ${root.message}` : '';
    return { reason: `somebody terminated its workflow in Temporal${why}`, ...adviceOf('search-again') };
  }
  const type = typeOf(root);
  return { reason, ...(type ? { type } : {}), ...adviceOf(adviceFor(type)) };
}

function typeOf(error: unknown): string | undefined {
  return isTimeout(error) ? 'Timeout' : ((error as { type?: string | null }).type ?? undefined);
}

type EndingAdvice = Extract<AdviceCode, 'search-again' | 'correct-specification' | 'repair-by-search'>;

function adviceFor(type: string | undefined): EndingAdvice {
  if (type === 'SpecError') return 'correct-specification';
  return type === 'BlobError' ? 'repair-by-search' : 'search-again';
}

const ADVICE: Readonly<Record<EndingAdvice, string>> = {
  'search-again': 'its scores are kept; a search with the same specification resumes it',
  'correct-specification':
    'correct the specification, or the worker that refused it, then start the search again',
  'repair-by-search': REPAIR_BY_SEARCH,
};

function adviceOf(code: EndingAdvice): Pick<Ending, 'advice' | 'adviceCode'> {
  return { advice: ADVICE[code], adviceCode: code };
}
