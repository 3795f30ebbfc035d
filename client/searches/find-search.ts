// Finds a search by its id; the error for an unknown id lists existing ones.
import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SearchMemo } from '../../core/contract/search.js';
import {
  isTemporalId,
  SEARCH_WORKFLOW,
  searchIdOf,
  workflowIdOf,
} from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import { checkText } from '../check-text.js';
import { deletedSearch, resultOf } from '../status/ending.js';
import { newestFirst, type Times } from './newest-first.js';

/** The number of existing ids in a message about an unknown one. */
const KNOWN = 10;

/** The id that stands for the newest search. */
const LAST = '@last';

/**
 * Finds the search whose id is `id`. `id` may also have the form of Temporal's page, be the beginning of
 * exactly one id, or be `@last`; the result has the search's own id.
 */
export async function findSearch({
  client,
  id: given,
  argument = 'id',
}: {
  readonly client: Client;
  readonly id: string;
  /** The field that an error names. */
  readonly argument?: string;
}) {
  checkText(argument, given);
  for (const workflowId of exactIds({ given, argument })) {
    const found = await describe(client, workflowId);
    if (found) return found;
  }
  const found =
    given === LAST ? await findNewest(client) : await listIds({ client, prefix: given, most: KNOWN + 1 });
  if (found.length === 1) {
    const only = await describe(client, workflowIdOf(found[0]!));
    // Temporal lists a search for a moment after its deletion.
    if (!only) throw deletedSearch(found[0]!, argument);
    return only;
  }
  if (found.length > 1)
    throw SpecError.of({
      path: argument,
      message: `"${given}" begins the ids of several searches: ${listExamples(found)}`,
    });
  throw SpecError.of({
    path: argument,
    code: 'not-found',
    message: `no search "${given}"; ${await knownSearches(client)}`,
  });
}

/** The search with this workflow id; undefined if there is none. */
async function describe(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return { id: searchIdOf(workflowId), handle, description: await handle.describe() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The workflow ids for which `given` may be the full id. */
function exactIds({ given, argument }: { readonly given: string; readonly argument: string }): string[] {
  if (given === LAST) return [];
  if (!isTemporalId(given)) return [checkWorkflowId(given, argument)];
  return [...(isId(given) ? [workflowIdOf(given)] : []), given];
}

/** The id of the search that began last, which may have ended before older ones; none if there is none. */
async function findNewest(client: Client): Promise<readonly string[]> {
  const query = `WorkflowType = "${SEARCH_WORKFLOW}" AND ExecutionStatus != "ContinuedAsNew"`;
  for await (const { id } of newestFirst(timesOf(client.workflow.list({ query, pageSize: 20 })))) return [id];
  return [];
}

async function* timesOf(executions: AsyncIterable<WorkflowExecutionInfo>): AsyncGenerator<Times> {
  for await (const { workflowId, startTime, closeTime } of executions)
    yield {
      id: searchIdOf(workflowId),
      started: startTime.toISOString(),
      ended: closeTime?.toISOString() ?? null,
    };
}

/** Ids in the order of Temporal's list, without repeats. */
async function listIds({
  client,
  prefix,
  most,
}: {
  readonly client: Client;
  readonly prefix: string;
  readonly most: number;
}) {
  const begins = prefix ? ` AND WorkflowId STARTS_WITH "${workflowIdOf(prefix)}"` : '';
  const query = `WorkflowType = "${SEARCH_WORKFLOW}"${begins}`;
  const found = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 20 })) {
    found.add(searchIdOf(workflowId));
    if (found.size === most) break;
  }
  return [...found];
}

function listExamples(ids: readonly string[]): string {
  const more = ids.length > KNOWN ? ', ...' : '';
  return `${ids.slice(0, KNOWN).join(', ')}${more}`;
}

async function knownSearches(client: Client): Promise<string> {
  const known = await listIds({ client, prefix: '', most: KNOWN + 1 });
  return known.length ? `known: ${listExamples(known)}` : 'there is none yet';
}

/**
 * An id becomes part of workflow ids, file names and message subjects, so only characters that are safe in
 * all three are allowed.
 */
const isId = (text: string) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(text);

/** `argument` is the field that an error names. */
export function checkWorkflowId(id: string, argument = 'id'): string {
  checkText(argument, id);
  if (!isId(id))
    throw SpecError.of({
      path: argument,
      message: `found "${id}"; must be 1 to 100 letters, digits, "_" or "-", the first a letter or digit`,
    });
  return workflowIdOf(id);
}

/** The state that people see: what the search reports while it runs, or how it ended. */
export function stateOf({ status, memo }: Pick<WorkflowExecutionDescription, 'status' | 'memo'>): string {
  return status.name === 'RUNNING' ? String(memo?.state ?? 'starting') : status.name.toLowerCase();
}

/** Whether somebody cancelled the search and no control worker has ended it yet. */
export function isCancelling({ status, raw }: Pick<WorkflowExecutionDescription, 'status' | 'raw'>): boolean {
  return status.name === 'RUNNING' && raw.workflowExtendedInfo?.cancelRequested === true;
}

/** Finds a search that has results; for any other, a SpecError says why there are none. */
export async function findFinishedSearch({ argument = 'id', ...asked }: Parameters<typeof findSearch>[0]) {
  const { id, handle, description } = await findSearch({ ...asked, argument });
  const memo = description.memo as unknown as SearchMemo;
  const state = stateOf(description);
  const why = `search "${id}" has no results: ${state}`;
  if (description.status.name === 'RUNNING') {
    const way = state === 'paused' ? 'resume it, and wait until it ends' : 'wait until it ends';
    throw SpecError.of({ path: argument, code: 'wrong-state', message: `${why}; ${way}` });
  }
  const outcome = await resultOf(handle, argument);
  if ('ending' in outcome) {
    const { reason, advice, adviceCode } = outcome.ending;
    throw SpecError.of({
      path: argument,
      code: 'wrong-state',
      message: `${why}: ${reason}`,
      advice: { code: adviceCode, text: advice },
    });
  }
  return { id, memo, result: outcome.result };
}
