// In: the workflow of a search. Out: the same with what comes after: compared with the scheduled run before, and told to the outside.
import { isCancellation, patched, TemporalFailure, workflowInfo } from '@temporalio/workflow';
import type { ComparableRun, SearchInput, SearchRequest, SearchResult } from '../core/contract/search.js';
import { searchIdOf } from '../core/contract/search-queues.js';
import { control } from './control.js';
import { showEnd } from './display.js';
import { type News, notify } from './notify.js';

/** What Temporal hands to a scheduled run: the result of the last one that was finished. */
const resultBefore = () => workflowInfo().lastResult as ComparableRun | undefined;

export function concluded(search: (input: SearchInput) => Promise<SearchResult>) {
  return async (request: SearchRequest): Promise<SearchResult> => {
    const id = searchIdOf(workflowInfo().workflowId);
    // Before anything looks into it: whoever may write to Temporal may have made it up. Earlier releases did not check.
    if (patched('checked-input'))
      await control.checkSearch.executeWithOptions({ summary: 'what it was started with' }, [
        { ...request, id },
      ]);
    const before = request.before ?? resultBefore();
    const { specification } = request;
    const run = `${id}_${workflowInfo().firstExecutionRunId}`;
    const tell = (news: News) => notify({ search: id, run, specification, news });
    let result: SearchResult;
    try {
      result = await search({ ...request, id, ...(before ? { before } : {}) });
    } catch (error) {
      // Continue-as-new is thrown as well, and a bug in this code must not end the search.
      if (error instanceof TemporalFailure) {
        const failure = error.cause?.message ?? error.message;
        // Histories of earlier versions have no such step: their state stayed "scoring" for ever.
        if (patched('shown-at-the-end'))
          showEnd(isCancellation(error) ? { state: 'cancelled' } : { state: 'failed', why: failure });
        if (!isCancellation(error)) await tell({ event: 'search.failed', failure });
      }
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
