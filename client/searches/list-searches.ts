// Lists searches, newest first, however many there are.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { SearchMemo } from '../../core/contract/search.js';
import { SEARCH_WORKFLOW, searchIdOf } from '../../core/contract/search-queues.js';
import { stateOf } from './find-search.js';

/** Runs that Temporal answers at once. */
const PAGE = 200;

/** How a search ended, with the name that Temporal has for it in a query. */
const ENDED: Readonly<Record<string, string>> = {
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
};
/** What a search that runs says of itself. */
const PHASES = ['starting', 'planning', 'breeding', 'scoring', 'auditing', 'ranking', 'reporting', 'paused'];
/** The states that searches can be listed by. */
export const STATES: readonly [string, ...string[]] = ['running', ...PHASES, ...Object.keys(ENDED)];

export interface SearchFilter {
  /** One of `STATES`. */
  readonly state?: string | undefined;
  /** The name that the specification gives. */
  readonly name?: string | undefined;
  /** Only those that started at this time or earlier, ISO 8601. */
  readonly before?: string | undefined;
}

/** What is known of a search without asking it. Times are ISO 8601. */
export type SearchRow = ReturnType<typeof rowOf>;

/** Searches one after the other; pages are asked for as they are needed. */
export async function* listSearches({
  client,
  state,
  name,
  before,
}: SearchFilter & { readonly client: Client }): AsyncGenerator<SearchRow> {
  for await (const execution of client.workflow.list({ query: queryOf(state, before), pageSize: PAGE })) {
    const row = rowOf(execution);
    // Temporal knows neither names nor phases of every search, so these are looked for here.
    const isInState = state === undefined || !PHASES.includes(state) || row.state === state;
    if ((!name || row.name === name) && isInState) yield row;
  }
}

/** How many searches there are, as Temporal counts them; undefined where only listing them all would tell. */
export async function countSearches({
  client,
  state,
  name,
}: SearchFilter & { readonly client: Client }): Promise<number | undefined> {
  if (name !== undefined || (state !== undefined && PHASES.includes(state))) return undefined;
  return (await client.workflow.count(queryOf(state))).count;
}

/** Runs that went on as another run of the same search are no searches of their own. */
function queryOf(state: string | undefined, before?: string): string {
  const status = state && (ENDED[state] ?? 'Running');
  const until = before === undefined ? '' : ` AND StartTime <= "${before}"`;
  return `WorkflowType = "${SEARCH_WORKFLOW}" AND ExecutionStatus ${status ? `= "${status}"` : '!= "ContinuedAsNew"'}${until}`;
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
