// Defines the command `zeroscout workers release NAME`, which lets a worker that was set aside work again;
// and formats the records of workers.
import type { Command } from 'commander';
import { releaseWorker } from '../../client/workers/release-worker.js';
import type { WorkerRecord } from '../../store/store.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

/** The number of lines of evidence that people see; --json shows all. */
const SHOWN = 3;

export function addReleaseCommand(workers: Command): void {
  workers
    .command('release')
    .description('release a worker that was set aside, once its machine is repaired')
    .argument('<NAME>', 'name in `zeroscout workers`')
    .option('--json', 'print JSON')
    .action((name: string, _: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ readonly json?: true }>();
      return withSession({ start: 'never' }, async ({ store }) => {
        const known = await releaseWorker({ store, name });
        if (json) printJson({ worker: name, released: true });
        else note(`worker ${name}: released (it was ${known.state}); it polls for work again within seconds`);
      });
    });
}

export function showRecord({ worker, state, at, by, reason, evidence }: WorkerRecord): void {
  const line = `${worker}: ${state} since ${new Date(at).toISOString()} by search ${by}: ${reason}`;
  print(state === 'set aside' ? paint.red(line) : paint.yellow(line));
  for (const each of evidence.slice(0, SHOWN)) print(`  ${each}`);
  if (state === 'set aside') print(`  when it is repaired: zeroscout workers release ${worker}`);
}
