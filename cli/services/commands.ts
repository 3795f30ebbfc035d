// In: the program. Out: its commands `services up|down|status`.

import type { Command } from 'commander';
import pc from 'picocolors';
import { stopBackgroundWorkers } from '../search/local-workers.js';
import { ensureServices, stopServices } from './embedded.js';
import { resolveHome } from './home.js';
import { type ServiceStatus, servicesStatus } from './status.js';

interface Options {
  readonly json?: boolean;
}

const JSON_OPTION = ['--json', 'print JSON for programs'] as const;

export function addServicesCommands(program: Command): void {
  const services = program
    .command('services')
    .description('start, stop and show the embedded Temporal and NATS servers');

  services
    .command('up')
    .description('start what is not running; data and ports of the last time are kept')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => {
      const home = resolveHome();
      await ensureServices({ home, onStep: toStderr });
      await show({ json });
    });

  services
    .command('down')
    .description('stop what is running, background workers first; data is kept')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => {
      const home = resolveHome();
      const workers = await stopBackgroundWorkers({ home });
      const services = await stopServices({ home });
      const stopped = [...(workers ? [`${workers} background workers`] : []), ...services];
      if (json) print(JSON.stringify({ home: home.root, stopped }));
      else print(stopped.length > 0 ? `stopped: ${stopped.join(', ')}` : 'nothing was running');
    });

  services
    .command('status')
    .description('show what runs, and where')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => show({ json }));
}

async function show({ json }: { readonly json: boolean | undefined }): Promise<void> {
  const home = resolveHome();
  const services = await servicesStatus({ home });
  print(json ? JSON.stringify({ home: home.root, services }) : renderStatus({ home: home.root, services }));
}

/** One line a service and its web page below. */
export function renderStatus({
  home,
  services,
}: {
  readonly home: string;
  readonly services: readonly ServiceStatus[];
}): string {
  const lines = services.flatMap(({ title, state, address, web, version, pid, log }) => {
    const paint = { running: pc.green, silent: pc.yellow, stopped: pc.dim }[state];
    const head = `${title.padEnd(9)} ${paint(state.padEnd(8))}`;
    if (state === 'stopped') return [head.trimEnd()];
    return [
      `${head} ${address ?? ''}  ${pc.dim(`version ${version ?? '?'}, pid ${pid}`)}`,
      ...(web ? [`${' '.repeat(18)} web page ${web}`] : []),
      ...(state === 'silent' ? [`${' '.repeat(18)} does not answer; see ${log}`] : []),
    ];
  });
  return [...lines, pc.dim(`data in ${home}`)].join('\n');
}

/** Steps go to stderr, so that stdout holds the answer alone. */
function toStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
