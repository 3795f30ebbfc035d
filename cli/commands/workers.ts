// In: `zeroscout workers`. Out: the workers of the configured servers, what each can run, and what waits for one.
import type { Command } from 'commander';
import { type Queue, readQueues } from '../search/queues.js';
import { plainTable } from '../search/show-results.js';
import { withSession } from '../session.js';
import { note, print, printJson } from '../terminal.js';

export function addWorkersCommand(program: Command): void {
  program
    .command('workers')
    .description('who works: role, device, candidates at once, when last seen; and what waits for a worker')
    .option('--json', 'for programs')
    .action(({ json }: { readonly json?: true }) =>
      withSession({ start: 'never' }, async ({ client }) => {
        const queues = await readQueues(client);
        if (json) printJson(queues.map(toJson));
        else show(queues);
      }),
    );
}

function toJson({ name, device, workers, waiting, seconds }: Queue) {
  return {
    queue: name,
    ...(device ? { device } : {}),
    waiting,
    seconds,
    workers: workers.map(({ identity, worker, seen }) => ({
      identity,
      ...worker,
      seen: new Date(seen).toISOString(),
    })),
  };
}

function show(queues: readonly Queue[]): void {
  const table = plainTable(['role', 'device', 'at once', 'process', 'seen']);
  for (const { device, workers } of queues)
    for (const { identity, worker, seen } of workers)
      table.push([
        device ? 'score' : 'control',
        device ?? '-',
        worker?.role === 'score' ? String(worker.concurrency) : '-',
        worker?.place ?? identity,
        `${Math.max(0, Math.round((Date.now() - seen) / 1000))} s ago`,
      ]);
  const some = queues.some(({ workers }) => workers.length > 0);
  if (some) print(table.toString());
  else note('no workers; start them: zeroscout worker --role control, zeroscout worker --role score');
  for (const { name, waiting, seconds } of queues)
    if (waiting > 0) note(`${name}: ${waiting} tasks wait, the oldest for ${seconds} s`);
}
