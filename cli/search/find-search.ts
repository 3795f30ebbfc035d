// In: the id of a search. Out: its workflow, or a SpecError that lists what there is.
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { SpecError } from '../../core/spec/errors.js';
import type { SearchMemo } from '../../core/spec/search.js';
import { isTemporalId, SEARCH_WORKFLOW, searchIdOf, workflowIdOf } from '../../core/spec/search-queues.js';
import { resultOf } from '../status/ending.js';

/** Ids that a message names where one was not found. */
const KNOWN = 10;

/** `id` may also be spelled as on Temporal's page; the answer has the search's own. */
export async function findSearch({
  client,
  id: given,
  argument = 'ID',
}: {
  client: Client;
  id: string;
  /** As the command's help calls it. */
  argument?: string;
}) {
  const workflowIds = isTemporalId(given)
    ? [...(isId(given) ? [workflowIdOf(given)] : []), given]
    : [checkedWorkflowId(given, argument)];
  for (const workflowId of workflowIds) {
    const handle = client.workflow.getHandle(workflowId);
    try {
      return { id: searchIdOf(workflowId), handle, description: await handle.describe() };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  throw SpecError.of({ path: argument, message: `no search "${given}"; ${await knownSearches(client)}` });
}

async function knownSearches(client: Client): Promise<string> {
  const known = new Set<string>();
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = "${SEARCH_WORKFLOW}"`,
    pageSize: 20,
  })) {
    known.add(searchIdOf(workflowId));
    if (known.size === KNOWN + 1) break;
  }
  if (known.size === 0) return 'there is none yet';
  const more = known.size > KNOWN ? ', ...; zeroscout status shows more' : '';
  return `known: ${[...known].slice(0, KNOWN).join(', ')}${more}`;
}

/** Ids become workflow ids, file names and message subjects. */
const isId = (text: string) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text);

/** `argument` is what the command's help calls the id. */
export function checkedWorkflowId(id: string, argument = '--id'): string {
  if (!isId(id))
    throw SpecError.of({
      path: argument,
      message: `found "${id}"; must be 1 to 100 letters, digits, "_" or "-", the first a letter or digit`,
    });
  return workflowIdOf(id);
}

/** The state that people see: what the search says of itself while it runs, how it ended after. */
export function stateOf({ status, memo }: Pick<WorkflowExecutionDescription, 'status' | 'memo'>): string {
  return status.name === 'RUNNING' ? String(memo?.state ?? 'starting') : status.name.toLowerCase();
}

/** A search with results; a SpecError that says why there are none for any other. */
export async function finishedSearch({ argument = 'ID', ...asked }: Parameters<typeof findSearch>[0]) {
  const { id, handle, description } = await findSearch({ ...asked, argument });
  const memo = description.memo as unknown as SearchMemo;
  const fail = (why: string) =>
    SpecError.of({ path: argument, message: `search "${id}" has no results: ${stateOf(description)}${why}` });
  if (description.status.name === 'RUNNING') throw fail('; zeroscout watch waits for them');
  const outcome = await resultOf({ id, handle });
  if ('ending' in outcome) throw fail(`: ${outcome.ending.reason}; ${outcome.ending.advice}`);
  return { id, memo, result: outcome.result };
}
