// Wraps a search: checks its input before it, and compares it with the previous scheduled run and notifies
// after it.
import {
  ActivityFailure,
  isCancellation,
  log,
  patched,
  proxyActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { ComparableRun, SearchInput, SearchRequest, SearchResult } from '../core/contract/search.js';
import type { Comparison, SearchActivities } from '../core/contract/search-activities.js';
import { searchIdOf } from '../core/contract/search-queues.js';
import { control } from './control.js';
import { showEnd } from './display.js';
import { type NotificationDetails, notify } from './notify.js';
import { retry } from './retry.js';

/** The result of the last finished run of the same schedule, which Temporal passes to a scheduled run. */
const resultBefore = () => workflowInfo().lastResult as ComparableRun | undefined;

type Run = (input: SearchInput) => Promise<SearchResult>;

/** The workflow of a search: checks its input, runs it, and concludes it. */
export function concludeSearch(run: Run): (request: SearchRequest) => Promise<SearchResult> {
  return async (request) => {
    const id = searchIdOf(workflowInfo().workflowId);
    // The result is checked before it is read, since anyone who may write to Temporal can forge it. Earlier
    // releases did not check.
    if (patched('checked-input'))
      await control.checkSearch.executeWithOptions({ summary: 'what it was started with' }, [
        { ...request, id },
      ]);
    const before = request.before ?? resultBefore();
    const input = { ...request, id, ...(before ? { before } : {}) };
    const result = await run(input).catch((error: unknown) => concludeFailure(input, error));
    return await concludeResult(input, result);
  };
}

/** Records and notifies that a search has failed, and throws the same error. */
async function concludeFailure(input: SearchInput, error: unknown): Promise<never> {
  // Continue-as-new is thrown as well, and a bug in this code must not end the search.
  if (!(error instanceof TemporalFailure)) throw error;
  const failure = error.cause?.message ?? error.message;
  // A run of an earlier version lacks this step in its history and must replay without it, so it is guarded. The
  // state of such a run remained "scoring" forever.
  if (patched('shown-at-the-end'))
    showEnd(isCancellation(error) ? { state: 'cancelled' } : { state: 'failed', why: failure });
  if (!isCancellation(error)) await sendNotification(input, { event: 'search.failed', failure });
  throw error;
}

/** Compares a finished search with the previous scheduled run, if there is one, and notifies of its end. */
async function concludeResult(input: SearchInput, result: SearchResult): Promise<SearchResult> {
  const { before } = input;
  const { changes, notCompared } = before ? await compare({ before, after: result }) : {};
  const { summary } = result;
  const notNotified = await sendNotification(input, {
    event: 'search.completed',
    summary,
    ...(changes ? { changes } : {}),
  });
  return {
    ...result,
    ...(changes ? { changes } : {}),
    ...(notCompared ? { notCompared } : {}),
    ...(notNotified ? { notNotified } : {}),
  };
}

/** Returns the reason if the notification failed. */
function sendNotification(
  { id, specification }: SearchInput,
  news: NotificationDetails,
): Promise<string | undefined> {
  const run = `${id}_${workflowInfo().firstExecutionRunId}`;
  return notify({ search: id, run, specification, news });
}

/** The number of attempts of a comparison, because the store may be unreachable for some minutes. */
const COMPARE_ATTEMPTS = 20;

/**
 * The search already has its ranking, so a failed comparison is reported in the result and does not fail the
 * search.
 */
async function compare({
  before,
  after,
}: {
  readonly before: ComparableRun;
  readonly after: ComparableRun;
}): Promise<Comparison> {
  const pick = ({ id, ranking, failures }: ComparableRun) => ({ id, ranking, failures });
  const { compareRuns } = proxyActivities<SearchActivities>({
    startToCloseTimeout: '2h',
    heartbeatTimeout: '60s',
    retry: { ...retry, maximumAttempts: COMPARE_ATTEMPTS },
  });
  try {
    return await compareRuns.executeWithOptions({ summary: `changes since ${before.id}` }, [
      { before: pick(before), after: pick(after) },
    ]);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const notCompared = error.cause?.message ?? error.message;
    log.warn('the run could not be compared with the one before', { before: before.id, notCompared });
    return { notCompared };
  }
}
