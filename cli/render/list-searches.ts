// This file lists searches, newest first: as many as were asked for, and says how many there are.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { stateOf } from '../../client/searches/find-search.js';
import { spellTime } from '../../client/spell.js';
import type { SearchMemo } from '../../core/contract/search.js';
import { SEARCH_WORKFLOW, searchIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import type { Session } from '../session.js';
import { plainTable } from './table.js';
import { note, print, printJson } from './terminal.js';

/** Rows that people are shown when they do not say how many. */
const LISTED = 50;
/** Runs that Temporal answers at once. */
const PAGE = 200;

/** What `--state` takes: how a search ended, as Temporal names it in a query, or the phase of one that runs. */
const ENDED: Readonly<Record<string, string>> = {
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
};
const PHASES = ['starting', 'planning', 'breeding', 'scoring', 'auditing', 'ranking', 'reporting', 'paused'];
export const STATES: readonly string[] = ['running', ...PHASES, ...Object.keys(ENDED)];

export interface ListOptions {
  readonly json?: true;
  readonly limit?: number;
  readonly all?: true;
  readonly state?: string;
  readonly name?: string;
}

type Row = ReturnType<typeof rowOf>;

export async function listSearches(
  { client, connections, home }: Session,
  options: ListOptions,
): Promise<void> {
  if (options.all && options.limit !== undefined)
    throw SpecError.of({ path: '--limit', message: 'goes without --all, which shows every search' });
  // A program reads everything unless it asked for less.
  const limit = options.limit ?? (options.all || options.json ? Number.POSITIVE_INFINITY : LISTED);
  const { rows, total } = await readRows({ client, limit, ...options });
  if (options.json) printJson(rows);
  if (rows.length < total) note(`${rows.length} of ${total} searches; --all shows every one`);
  if (options.json) return;
  if (!rows.length)
    return note(
      options.state || options.name
        ? 'no such searches; zeroscout status --all shows every one'
        : `no searches yet${connections.temporal.source === 'embedded' ? ` in ${home.root}; each folder has its own, ZEROSCOUT_HOME names one for all` : ''}; start one: zeroscout run SPEC.yaml`,
    );
  print(tableOf(rows));
  if (connections.temporal.webAddress) note(`web page: ${connections.temporal.webAddress}`);
}

async function readRows({
  client,
  limit,
  state,
  name,
}: ListOptions & { readonly client: Client; readonly limit: number }): Promise<{
  readonly rows: readonly Row[];
  readonly total: number;
}> {
  const query = queryOf(state);
  // Temporal knows neither names nor phases of every search (docs/operate/searches.md), so these are looked for here.
  const isLookedFor = (row: Row) => (!name || row.name === name) && matchesState({ row, state });
  const filtered = name !== undefined || (state !== undefined && PHASES.includes(state));
  const counted = filtered ? undefined : client.workflow.count(query);
  const rows: Row[] = [];
  let found = 0;
  for await (const execution of client.workflow.list({ query, pageSize: Math.min(limit, PAGE) })) {
    const row = rowOf(execution);
    if (!isLookedFor(row)) continue;
    found++;
    if (rows.length < limit) rows.push(row);
    else if (!filtered) break;
  }
  const total = counted ? Math.max((await counted).count, found) : found;
  return { rows, total };
}

/** Runs that went on as another run of the same search are no searches of their own. */
function queryOf(state: string | undefined): string {
  const status = state && (ENDED[state] ?? 'Running');
  return `WorkflowType = "${SEARCH_WORKFLOW}" AND ExecutionStatus ${status ? `= "${status}"` : '!= "ContinuedAsNew"'}`;
}

function matchesState({ row, state }: { readonly row: Row; readonly state: string | undefined }): boolean {
  return state === undefined || !PHASES.includes(state) || row.state === state;
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

function tableOf(rows: readonly Row[]): string {
  const table = plainTable(['id', 'space', 'state', 'progress', 'started']);
  for (const { id, space, state, progress, counts, started } of rows) {
    const done = counts ? (counts.candidates ? `${counts.done} of ${counts.planned}` : '-') : progress;
    table.push([id, space, state, done, spellTime({ time: Date.parse(started) })]);
  }
  return table.toString();
}
