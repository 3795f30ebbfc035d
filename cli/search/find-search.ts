// In: the id of a search. Out: its workflow, or a SpecError that lists what there is.
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { SpecError } from '../../core/spec/errors.js';
import type { SearchMemo, SearchResult } from '../../core/spec/search.js';
import { SEARCH_WORKFLOW, searchIdOf, workflowIdOf } from '../../core/spec/search-queues.js';

export async function findSearch({ client, id }: { client: Client; id: string }) {
  const handle = client.workflow.getHandle(checkedWorkflowId(id));
  try {
    return { handle, description: await handle.describe() };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const known: string[] = [];
    for await (const { workflowId } of client.workflow.list({
      query: `WorkflowType = "${SEARCH_WORKFLOW}"`,
      pageSize: 20,
    })) {
      known.push(searchIdOf(workflowId));
      if (known.length === 10) break;
    }
    const there = known.length ? `known: ${[...new Set(known)].join(', ')}` : 'there is none yet';
    throw SpecError.of({ path: 'ID', message: `no search "${id}"; ${there}` });
  }
}

/** Ids become workflow ids, file names and message subjects. */
export function checkedWorkflowId(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id))
    throw SpecError.of({
      path: '--id',
      message: `found "${id}"; must be 1 to 100 letters, digits, "_" or "-", the first a letter or digit`,
    });
  return workflowIdOf(id);
}

/** The state that people see: what the search says of itself while it runs, how it ended after. */
export function stateOf({ status, memo }: Pick<WorkflowExecutionDescription, 'status' | 'memo'>): string {
  return status.name === 'RUNNING' ? String(memo?.state ?? 'starting') : status.name.toLowerCase();
}

/** A search with results; a SpecError for any other. */
export async function finishedSearch({ client, id }: { client: Client; id: string }) {
  const { handle, description } = await findSearch({ client, id });
  if (description.status.name !== 'COMPLETED')
    throw SpecError.of({ path: 'ID', message: `search "${id}" has no results: ${stateOf(description)}` });
  const memo = description.memo as unknown as SearchMemo;
  return { memo, result: (await handle.result()) as SearchResult };
}
