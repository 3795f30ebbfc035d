// Defines the command `zeroscout workers`: the workers, what each can run, and what waits for a worker.
import type { Command } from 'commander';
import { formatDuration } from '../../client/format-time.js';
import { listWorkers, type QueueOfWorkers } from '../../client/workers/list-workers.js';
import { listWorkerTasks } from '../../client/workers/worker-tasks.js';
import { engineOf } from '../../core/contract/engines.js';
import { createTable } from '../render/table.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';
import { addReleaseCommand, showRecord } from './release-worker.js';

export function addWorkersCommand(program: Command): void {
  const workers = program
    .command('workers')
    .description(
      'list workers: role, device, candidates at once, engine version, when last seen, when started and how often before under the same name; also waiting tasks and workers that were set aside',
    )
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) =>
      withSession({ start: 'never' }, async (session) => {
        const [queues, tasks] = await Promise.all([listWorkers(session), listWorkerTasks(session.client)]);
        const scorerRestarts = new Map(tasks.map((task) => [task.identity, task.scorerRestarts]));
        if (json) printJson(queues.map((queue) => toJson(queue, scorerRestarts)));
        else show(queues, scorerRestarts);
      }),
    );
  addReleaseCommand(workers);
}

/** By the identity of the worker, of those that score. */
type ScorerRestarts = ReadonlyMap<string, number | undefined>;

function toJson(
  { name, device, workers, waiting, seconds, records }: QueueOfWorkers,
  scorerRestarts: ScorerRestarts,
) {
  const shown = {
    waiting,
    seconds,
    workers: workers.map(({ identity, worker, seen, started, restarts }) => ({
      identity,
      ...worker,
      seen: new Date(seen).toISOString(),
      ...(started === undefined ? {} : { started: new Date(started).toISOString(), restarts }),
      scorerRestarts: scorerRestarts.get(identity),
    })),
  };
  if (!device) return { queue: name, ...shown };
  const dated = records.map((record) => ({ ...record, at: new Date(record.at).toISOString() }));
  return { queue: name, device, ...shown, records: dated };
}

function show(queues: readonly QueueOfWorkers[], scorerRestarts: ScorerRestarts): void {
  const headings = ['role', 'device', 'at once', 'engine', 'process', 'seen', 'started', 'restarts'];
  const table = createTable(headings, { droppable: ['engine', 'restarts', 'started'] });
  for (const { device, workers } of queues)
    for (const { identity, worker, seen, started, restarts } of workers)
      table.push([
        device ? 'score' : 'control',
        device ?? '-',
        worker?.role === 'score' ? String(worker.concurrency) : '-',
        worker?.engine ? engineOf(worker.engine) : '-',
        worker?.place ?? identity,
        `${formatDuration(Date.now() - seen)} ago`,
        started === undefined ? '-' : `${formatDuration(Date.now() - started)} ago`,
        formatRestarts(restarts, scorerRestarts.get(identity)),
      ]);
  if (queues.some(({ workers }) => workers.length > 0)) print(table.toString());
  else note('no workers; start them: zeroscout worker --role control, zeroscout worker --role score');
  for (const record of queues.flatMap(({ records }) => records)) showRecord(record);
  for (const { name, waiting, seconds } of queues)
    if (waiting > 0) note(`${name}: ${waiting} tasks wait, the oldest for ${formatDuration(1000 * seconds)}`);
}

/** `2, scorers 3`: the starts before this one under the same name, and the scorers that died. */
function formatRestarts(restarts: number | undefined, scorers: number | undefined): string {
  const own = restarts === undefined ? '-' : String(restarts);
  return scorers ? `${own}, scorers ${scorers}` : own;
}
