// Lists searches, those that run first and then those that ended last, page by page.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { SearchMemo } from '../../core/contract/search.js';
import { SEARCH_WORKFLOW, searchIdOf } from '../../core/contract/search-queues.js';
import { stateOf } from './find-search.js';

/** The number of runs in a page. */
const PAGE = 200;

/** The ways in which a search ends, with their names in Temporal's queries. */
const ENDED: Readonly<Record<string, string>> = {
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
};
/** The phases that a running search reports. */
const PHASES = ['starting', 'planning', 'breeding', 'scoring', 'auditing', 'ranking', 'reporting', 'paused'];
/** The states by which searches can be listed. */
export const STATES: readonly [string, ...string[]] = ['running', ...PHASES, ...Object.keys(ENDED)];

export interface SearchFilter {
  /** `running`, a phase of a running search such as `scoring` or `paused`, or how it ended, such as `completed`. */
  readonly state?: string | undefined;
  /** The name in the specification. */
  readonly name?: string | undefined;
  /** Only searches that started at this time or earlier, ISO 8601. */
  readonly before?: string | undefined;
}

/** The description of a search that is available without querying it. Times are ISO 8601. */
export type SearchRow = ReturnType<typeof rowOf>;

/** Searches one after the other; pages are requested as needed. */
export async function* listSearches({
  client,
  state,
  name,
  before,
}: SearchFilter & { readonly client: Client }): AsyncGenerator<SearchRow> {
  for await (const execution of client.workflow.list({ query: queryOf(state, before), pageSize: PAGE })) {
    const row = rowOf(execution);
    // Temporal does not index names and phases of every search, so these are filtered here.
    const isInState = state === undefined || !PHASES.includes(state) || row.state === state;
    if ((!name || row.name === name) && isInState) yield row;
  }
}

/** The number of searches as counted by Temporal; undefined if only listing them all would tell. */
export async function countSearches({
  client,
  state,
  name,
}: SearchFilter & { readonly client: Client }): Promise<number | undefined> {
  if (name !== undefined || (state !== undefined && PHASES.includes(state))) return undefined;
  return (await client.workflow.count(queryOf(state))).count;
}

/** Excludes runs that continued as another run of the same search. */
function queryOf(state: string | undefined, before?: string): string {
  const status = state && (ENDED[state] ?? 'Running');
  const until = before === undefined ? '' : ` AND StartTime < "${afterMillisecond(before)}"`;
  return `WorkflowType = "${SEARCH_WORKFLOW}" AND ExecutionStatus ${status ? `= "${status}"` : '!= "ContinuedAsNew"'}${until}`;
}

/** Temporal's times are finer than milliseconds, to which a row rounds them down. */
function afterMillisecond(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}

function rowOf(execution: WorkflowExecutionInfo) {
  const memo = (execution.memo ?? {}) as Partial<SearchMemo>;
  return {
    id: searchIdOf(execution.workflowId),
    name: String(memo.name ?? ''),
    space: String(memo.space ?? ''),
    state: stateOf(execution),
    progress: String(memo.progress ?? ''),
    ...(memo.counts ? { counts: memo.counts } : {}),
    ...(memo.best ? { best: memo.best } : {}),
    schedule: memo.schedule ?? null,
    started: execution.startTime.toISOString(),
    ended: execution.closeTime?.toISOString() ?? null,
  };
}
