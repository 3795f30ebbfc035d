// In: `zeroscout status|watch|pause|resume|cancel`. Out: what searches do, and a say in it.
import type { WorkflowHandle } from '@temporalio/client';
import type { Command } from 'commander';
import { SpecError } from '../../core/spec/errors.js';
import type { SearchMemo, SearchResult } from '../../core/spec/search.js';
import { SEARCH_WORKFLOW, searchIdOf } from '../../core/spec/search-queues.js';
import { Interrupted } from '../arguments.js';
import { findSearch, stateOf } from '../search/find-search.js';
import { follow } from '../search/follow.js';
import { askProgress } from '../search/progress.js';
import { readQueue } from '../search/queues.js';
import { readResults } from '../search/results.js';
import { changesLine, readChanges } from '../search/show-changes.js';
import { plainTable, summaryLines } from '../search/show-results.js';
import { type Session, withSession } from '../session.js';
import { note, paint, print, printJson } from '../terminal.js';

const LISTED = 50;
const QUERY_MS = 5_000;

interface Json {
  readonly json?: true;
}

export function addSearchCommands(program: Command): void {
  program
    .command('status')
    .description('searches, newest first; with an ID, one of them')
    .argument('[ID]')
    .option('--json', 'for programs')
    .action((id: string | undefined, options: Json) =>
      withSession({ start: 'never' }, (session) =>
        id ? statusOf(session, id, options) : list(session, options),
      ),
    );
  program
    .command('watch')
    .description('progress of a running search until it ends')
    .argument('<ID>')
    .option('--json', 'print the summary as JSON')
    .action((id: string, options: Json) =>
      withSession({ start: 'never' }, (session) => watch(session, id, options)),
    );
  const tell = (
    name: string,
    description: string,
    act: (handle: WorkflowHandle) => Promise<unknown>,
    done: string,
  ) =>
    program
      .command(name)
      .description(description)
      .argument('<ID>')
      .option('--json', 'for programs')
      .action((id: string, options: Json) =>
        withSession({ start: 'never' }, async ({ client }) => {
          const { handle, description } = await findSearch({ client, id });
          if (description.status.name !== 'RUNNING')
            throw SpecError.of({
              path: 'ID',
              message: `search "${id}" is not running: ${stateOf(description)}`,
            });
          await act(handle);
          if (options.json) printJson({ id, [done]: true });
          else note(`search ${id}: ${done}`);
        }),
      );
  tell(
    'pause',
    'let the shards that run finish and start no other',
    (handle) => handle.signal('pause'),
    'paused',
  );
  tell('resume', 'go on with a paused search', (handle) => handle.signal('resume'), 'resumed');
  tell(
    'cancel',
    'end a search; what is scored stays and is reused by the next',
    (handle) => handle.cancel(),
    'cancelled',
  );
}

async function list({ client, connections }: Session, { json }: Json): Promise<void> {
  const rows = [];
  for await (const execution of client.workflow.list({
    query: `WorkflowType = "${SEARCH_WORKFLOW}"`,
    pageSize: LISTED,
  })) {
    rows.push({
      id: searchIdOf(execution.workflowId),
      name: String(execution.memo?.name ?? ''),
      space: String(execution.memo?.space ?? ''),
      state: stateOf(execution),
      progress: String(execution.memo?.progress ?? ''),
      schedule: (execution.memo?.schedule as string | undefined) ?? null,
      started: execution.startTime.toISOString(),
    });
    if (rows.length === LISTED) break;
  }
  if (json) return printJson(rows);
  if (!rows.length) return note('no searches yet; start one: zeroscout run SPEC.yaml');
  const table = plainTable(['id', 'space', 'state', 'progress', 'started']);
  for (const { id, space, state, progress, started } of rows)
    table.push([id, space, state, progress, started]);
  print(table.toString());
  if (connections.temporal.webAddress) note(`web page: ${connections.temporal.webAddress}`);
}

async function statusOf({ client, store }: Session, id: string, { json }: Json): Promise<void> {
  const { handle, description } = await findSearch({ client, id });
  // Without a control worker nobody answers a query; what the search last wrote of itself is there all the same.
  const query = () => askProgress(handle).catch(() => undefined);
  const progress =
    description.status.name === 'RUNNING'
      ? await client.withDeadline(Date.now() + QUERY_MS, query)
      : undefined;
  const state = stateOf(description);
  const { name, space, schedule, specification } = (description.memo ?? {}) as Partial<SearchMemo>;
  const result =
    description.status.name === 'COMPLETED' ? ((await handle.result()) as SearchResult) : undefined;
  const changes = result && (await readChanges({ store, result }));
  const device = progress?.phase === 'scoring' ? specification?.execution.device : undefined;
  const idle = device && (await readQueue(client, device)).workers.length === 0;
  const status = {
    id,
    name,
    space,
    state,
    started: description.startTime.toISOString(),
    ...(schedule ? { schedule } : {}),
    ...(progress ? { progress } : {}),
    ...(idle ? { noWorkerFor: device } : {}),
    ...(changes ? { changes } : {}),
    ...(result?.notNotified ? { notNotified: result.notNotified } : {}),
  };
  if (json) return printJson(status);
  print(`${id}: ${state}`);
  print(`  ${name}, ${space}, started ${status.started}${schedule ? ` by schedule ${schedule}` : ''}`);
  print(`  ${String(description.memo?.progress ?? '')}`);
  if (changes) print(`  ${changesLine(changes)}`);
  if (result?.notNotified) print(paint.yellow(`  nobody was told: ${result.notNotified}`));
  if (progress) {
    const { shards, parts } = progress;
    print(`  shards: ${shards.done} of ${shards.total} done, ${shards.running.length} running`);
    if (parts) print(`  parts: ${parts.done} of ${parts.total} done, ${parts.running.length} running`);
    if (idle) print(`  no score worker for ${device}: start one with zeroscout worker --device ${device}`);
  } else if (description.status.name === 'RUNNING')
    print('  no control worker answers: start one with zeroscout worker --role control');
}

async function watch({ client, store }: Session, id: string, { json }: Json): Promise<void> {
  const { handle } = await findSearch({ client, id });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const result = await follow({ handle, id, store, stop: stop.signal, show: json ? 'nothing' : 'progress' });
  if (result === 'stopped')
    throw new Interrupted(`no longer watching; the search goes on: zeroscout watch ${id}`);
  const { summary } = await readResults({ store, result });
  if (json) printJson(summary);
  else print(summaryLines(summary));
}
