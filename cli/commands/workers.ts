// Defines the command `zeroscout workers`: the workers, what each can run, and what waits for a worker.
import type { Command } from 'commander';
import { formatDuration } from '../../client/format-time.js';
import { listWorkers, type QueueOfWorkers } from '../../client/workers/list-workers.js';
import { engineOf } from '../../core/contract/engines.js';
import { createTable } from '../render/table.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';
import { addReleaseCommand, showRecord } from './release-worker.js';

export function addWorkersCommand(program: Command): void {
  const workers = program
    .command('workers')
    .description(
      'list workers: role, device, candidates at once, engine version, when last seen; also waiting tasks and workers that were set aside',
    )
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) =>
      withSession({ start: 'never' }, async (session) => {
        const queues = await listWorkers(session);
        if (json) printJson(queues.map(toJson));
        else show(queues);
      }),
    );
  addReleaseCommand(workers);
}

function toJson({ name, device, workers, waiting, seconds, records }: QueueOfWorkers) {
  const shown = {
    waiting,
    seconds,
    workers: workers.map(({ identity, worker, seen }) => ({
      identity,
      ...worker,
      seen: new Date(seen).toISOString(),
    })),
  };
  if (!device) return { queue: name, ...shown };
  const dated = records.map((record) => ({ ...record, at: new Date(record.at).toISOString() }));
  return { queue: name, device, ...shown, records: dated };
}

function show(queues: readonly QueueOfWorkers[]): void {
  const table = createTable(['role', 'device', 'at once', 'engine', 'process', 'seen']);
  for (const { device, workers } of queues)
    for (const { identity, worker, seen } of workers)
      table.push([
        device ? 'score' : 'control',
        device ?? '-',
        worker?.role === 'score' ? String(worker.concurrency) : '-',
        worker?.engine ? engineOf(worker.engine) : '-',
        worker?.place ?? identity,
        `${formatDuration(Date.now() - seen)} ago`,
      ]);
  if (queues.some(({ workers }) => workers.length > 0)) print(table.toString());
  else note('no workers; start them: zeroscout worker --role control, zeroscout worker --role score');
  for (const record of queues.flatMap(({ records }) => records)) showRecord(record);
  for (const { name, waiting, seconds } of queues)
    if (waiting > 0) note(`${name}: ${waiting} tasks wait, the oldest for ${formatDuration(1000 * seconds)}`);
}
