// In: the workflow of a search. Out: the same with what comes after: compared with the scheduled run before, and told to the outside.
import {
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { parseDuration } from '../core/spec/duration.js';
import type {
  ComparableRun,
  Notification,
  SearchActivities,
  SearchInput,
  SearchRequest,
  SearchResult,
} from '../core/spec/search.js';
import { searchIdOf } from '../core/spec/search-queues.js';
import { control } from './control.js';
import { retry } from './retry.js';

/** What Temporal hands to a scheduled run: the result of the last one that was finished. */
const resultBefore = () => workflowInfo().lastResult as ComparableRun | undefined;

export function concluded(search: (input: SearchInput) => Promise<SearchResult>) {
  return async (request: SearchRequest): Promise<SearchResult> => {
    const id = searchIdOf(workflowInfo().workflowId);
    const before = request.before ?? resultBefore();
    const tell = (news: Pick<Notification, 'event' | 'failure' | 'summary' | 'changes'>) =>
      notify({ id, request, news });
    let result: SearchResult;
    try {
      result = await search({ ...request, id, ...(before ? { before } : {}) });
    } catch (error) {
      // Continue-as-new is thrown as well, and a bug in this code must not end the search.
      if (error instanceof TemporalFailure && !isCancellation(error))
        await tell({ event: 'search.failed', failure: error.cause?.message ?? error.message });
      throw error;
    }
    const { changes } = before ? await compare({ before, after: result }) : {};
    const { summary } = result;
    const fault = await tell({ event: 'search.completed', summary, ...(changes ? { changes } : {}) });
    return { ...result, ...(changes ? { changes } : {}), ...(fault ? { notNotified: fault } : {}) };
  };
}

function compare(input: { before: ComparableRun; after: ComparableRun }): Promise<{ changes?: string }> {
  const pick = ({ id, ranking, failures }: ComparableRun) => ({ id, ranking, failures });
  return control.compareRuns.executeWithOptions({ summary: `changes since ${input.before.id}` }, [
    { before: pick(input.before), after: pick(input.after) },
  ]);
}

/** Answers why nobody could be told: the ranking is there, so the search has not failed. */
async function notify({
  id,
  request: { specification },
  news,
}: {
  id: string;
  request: SearchRequest;
  news: Pick<Notification, 'event' | 'failure' | 'summary' | 'changes'>;
}): Promise<string | undefined> {
  const { notify, name, space } = specification;
  if (!notify) return undefined;
  const { memo, firstExecutionRunId } = workflowInfo();
  const schedule = memo?.schedule as string | undefined;
  const told = proxyActivities<SearchActivities>({
    // The activity keeps the time itself and says so; this is for a worker that died with it.
    startToCloseTimeout: parseDuration(notify.timeout)! + 30_000,
    heartbeatTimeout: '60s',
    retry: { ...retry, maximumAttempts: notify.retries + 1 },
  });
  const notification = {
    ...news,
    search: id,
    run: `${id}_${firstExecutionRunId}`,
    name,
    space: space.kind,
    ...(schedule ? { schedule } : {}),
  };
  try {
    await CancellationScope.nonCancellable(() =>
      told.notify.executeWithOptions({ summary: news.event }, [{ notify, notification }]),
    );
    return undefined;
  } catch (error) {
    const { message } =
      (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error);
    log.warn('nobody was told how the search ended', { message });
    return message;
  }
}
