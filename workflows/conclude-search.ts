// Does what comes before and after a search: checks its input, compares it with the scheduled run before, and tells of its end.
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
import { type News, notify } from './notify.js';
import { retry } from './retry.js';

/** The result of the last finished run of the same schedule, which Temporal hands to a scheduled run. */
const resultBefore = () => workflowInfo().lastResult as ComparableRun | undefined;

type Run = (input: SearchInput) => Promise<SearchResult>;

/** The workflow of a search: checks what it was started with, runs it, and does what comes after its end. */
export function concludeSearch(run: Run): (request: SearchRequest) => Promise<SearchResult> {
  return async (request) => {
    const id = searchIdOf(workflowInfo().workflowId);
    // The result is checked before anything reads it, since anyone who may write to Temporal may have made it up. Earlier
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

/** Shows and tells that a search has failed, and fails with the same error. */
async function concludeFailure(input: SearchInput, error: unknown): Promise<never> {
  // Continue-as-new is thrown as well, and a bug in this code must not end the search.
  if (!(error instanceof TemporalFailure)) throw error;
  const failure = error.cause?.message ?? error.message;
  // Histories of earlier versions have no such step: their state stayed "scoring" for ever.
  if (patched('shown-at-the-end'))
    showEnd(isCancellation(error) ? { state: 'cancelled' } : { state: 'failed', why: failure });
  if (!isCancellation(error)) await tell(input, { event: 'search.failed', failure });
  throw error;
}

/** Compares a finished search with the scheduled run before it, where there is one, and tells of its end. */
async function concludeResult(input: SearchInput, result: SearchResult): Promise<SearchResult> {
  const { before } = input;
  const { changes, notCompared } = before ? await compare({ before, after: result }) : {};
  const { summary } = result;
  const notNotified = await tell(input, {
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

/** Answers why the notification failed. */
function tell({ id, specification }: SearchInput, news: News): Promise<string | undefined> {
  const run = `${id}_${workflowInfo().firstExecutionRunId}`;
  return notify({ search: id, run, specification, news });
}

/** Attempts of a comparison: the store may be away for some minutes. */
const COMPARE_ATTEMPTS = 20;

/** The search has its ranking already, so a comparison that fails is reported in the result and does not fail the search. */
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
