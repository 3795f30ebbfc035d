// In: `zeroscout workers`. Out: the workers of the configured servers, what each can run, and what waits for one.
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { spellDuration } from '../../client/spell.js';
import {
  busyWorkers,
  livingWorkers,
  type Queue,
  readQueues,
  type SeenWorker,
} from '../../client/workers/queues.js';
import { engineOf } from '../../core/contract/engines.js';
import type { WorkerRecord } from '../../store/store.js';
import { plainTable } from '../render/table.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';
import { addReleaseCommand, showRecord } from './release-worker.js';

export function addWorkersCommand(program: Command): void {
  const workers = program
    .command('workers')
    .description(
      'who works: role, device, candidates at once, engine version, when last seen; what waits for a worker, and who was set aside',
    )
    .option('--json', 'for programs')
    .action(({ json }: { readonly json?: true }) =>
      withSession({ start: 'never' }, async ({ client, connections, store }) => {
        const [queues, all] = await Promise.all([readQueues(client), store.workers.list()]);
        const records = all.filter(({ state }) => state !== 'released');
        const isLocal = connections.temporal.source === 'embedded';
        const living = await livingOf({ client, queues, isLocal });
        if (json) printJson(queues.map((queue) => toJson({ queue, living, records })));
        else show({ queues, living, records });
      }),
    );
  addReleaseCommand(workers);
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

interface Shown {
  readonly living: ReadonlySet<SeenWorker>;
  readonly records: readonly WorkerRecord[];
}

function toJson({ queue, living, records }: Shown & { readonly queue: Queue }) {
  const { name, device, workers, waiting, seconds } = queue;
  return {
    queue: name,
    ...(device ? { device } : {}),
    waiting,
    seconds,
    workers: workers
      .filter((one) => living.has(one))
      .map(({ identity, worker, seen }) => ({ identity, ...worker, seen: new Date(seen).toISOString() })),
    ...(device
      ? {
          records: records
            .filter((record) => record.device === device)
            .map((record) => ({ ...record, at: new Date(record.at).toISOString() })),
        }
      : {}),
  };
}

function show({ queues, living, records }: Shown & { readonly queues: readonly Queue[] }): void {
  const table = plainTable(['role', 'device', 'at once', 'engine', 'process', 'seen']);
  for (const { device, workers } of queues)
    for (const one of workers.filter((one) => living.has(one))) {
      const { identity, worker, seen } = one;
      table.push([
        device ? 'score' : 'control',
        device ?? '-',
        worker?.role === 'score' ? String(worker.concurrency) : '-',
        worker?.engine ? engineOf(worker.engine) : '-',
        worker?.place ?? identity,
        `${spellDuration(Date.now() - seen)} ago`,
      ]);
    }
  if (living.size > 0) print(table.toString());
  else note('no workers; start them: zeroscout worker --role control, zeroscout worker --role score');
  for (const record of records) showRecord(record);
  for (const { name, waiting, seconds } of queues)
    if (waiting > 0) note(`${name}: ${waiting} tasks wait, the oldest for ${spellDuration(1000 * seconds)}`);
}
