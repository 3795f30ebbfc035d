// `zeroscout workers release NAME`: a worker that was set aside may work again. Also how records of workers are shown.
import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { SpecError } from '../../core/errors.js';
import type { WorkerRecord, WorkerRecords } from '../../store/store.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

/** Lines of evidence that people see; --json has all that are kept. */
const SHOWN = 3;

export function addReleaseCommand(workers: Command): void {
  workers
    .command('release')
    .description('let a worker that was set aside ask for work again, once its machine is mended')
    .argument('<NAME>', 'as `zeroscout workers` shows it')
    .option('--json', 'for programs')
    .action((name: string, _: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ readonly json?: true }>();
      return withSession({ start: 'never' }, async ({ store }) => {
        const known = await store.workers.find(name);
        if (!known || known.state === 'released')
          throw SpecError.of({ path: 'NAME', message: await whoElse(name, store.workers) });
        const by = `${userInfo().username}@${hostname()}`;
        await store.workers.put({ ...known, state: 'released', at: Date.now(), by });
        if (json) printJson({ worker: name, released: true });
        else note(`worker ${name}: released (it was ${known.state}); it asks for work again within seconds`);
      });
    });
}

async function whoElse(name: string, records: WorkerRecords): Promise<string> {
  const others = (await records.list()).filter(({ state }) => state !== 'released');
  const which = others.map(({ worker }) => worker).join(', ');
  return `"${name}" is not set aside; ${which ? `those that are: ${which}` : 'no worker is'}`;
}

export function showRecord({ worker, state, at, by, reason, evidence }: WorkerRecord): void {
  const line = `${worker}: ${state} since ${new Date(at).toISOString()} by search ${by}: ${reason}`;
  print(state === 'set aside' ? paint.red(line) : paint.yellow(line));
  for (const each of evidence.slice(0, SHOWN)) print(`  ${each}`);
  if (state === 'set aside') print(`  when it is mended: zeroscout workers release ${worker}`);
}
