// In: `zeroscout workers`. Out: the workers of the configured servers, what each can run, and what waits for one.
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { busyWorkers, livingWorkers, type Queue, readQueues, type SeenWorker } from '../search/queues.js';
import { withSession } from '../session.js';
import { spellDuration } from '../spell.js';
import { plainTable } from '../table.js';
import { note, print, printJson } from '../terminal.js';

export function addWorkersCommand(program: Command): void {
  program
    .command('workers')
    .description(
      'who works: role, device, candidates at once, engine version, when last seen; and what waits for a worker',
    )
    .option('--json', 'for programs')
    .action(({ json }: { readonly json?: true }) =>
      withSession({ start: 'never' }, async ({ client, connections }) => {
        const queues = await readQueues(client);
        const isLocal = connections.temporal.source === 'embedded';
        const living = await livingOf({ client, queues, isLocal });
        if (json) printJson(queues.map((queue) => toJson({ queue, living })));
        else show({ queues, living });
      }),
    );
}

/** Those that live, of all queues. */
async function livingOf({
  client,
  queues,
  isLocal,
}: {
  readonly client: Client;
  readonly queues: readonly Queue[];
  readonly isLocal: boolean;
}): Promise<ReadonlySet<SeenWorker>> {
  const find = (busy?: ReadonlySet<string>) =>
    new Set(queues.flatMap((queue) => livingWorkers({ queue, isLocal, ...(busy ? { busy } : {}) })));
  const found = find();
  const all = queues.reduce((sum, { workers }) => sum + workers.length, 0);
  // Searches are only asked who holds their shards where some worker has not asked for work for a while.
  return isLocal || found.size === all ? found : find(await busyWorkers(client));
}

function toJson({ queue, living }: { readonly queue: Queue; readonly living: ReadonlySet<SeenWorker> }) {
  const { name, device, workers, waiting, seconds } = queue;
  return {
    queue: name,
    ...(device ? { device } : {}),
    waiting,
    seconds,
    workers: workers
      .filter((one) => living.has(one))
      .map(({ identity, worker, seen }) => ({ identity, ...worker, seen: new Date(seen).toISOString() })),
  };
}

function show({
  queues,
  living,
}: {
  readonly queues: readonly Queue[];
  readonly living: ReadonlySet<SeenWorker>;
}): void {
  const table = plainTable(['role', 'device', 'at once', 'engine', 'process', 'seen']);
  for (const { device, workers } of queues)
    for (const one of workers.filter((one) => living.has(one))) {
      const { identity, worker, seen } = one;
      table.push([
        device ? 'score' : 'control',
        device ?? '-',
        worker?.role === 'score' ? String(worker.concurrency) : '-',
        worker?.engine ?? '-',
        worker?.place ?? identity,
        `${spellDuration(Date.now() - seen)} ago`,
      ]);
    }
  if (living.size > 0) print(table.toString());
  else note('no workers; start them: zeroscout worker --role control, zeroscout worker --role score');
  for (const { name, waiting, seconds } of queues)
    if (waiting > 0) note(`${name}: ${waiting} tasks wait, the oldest for ${spellDuration(1000 * seconds)}`);
}
