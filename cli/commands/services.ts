// Defines the commands `zeroscout services up`, `down` and `status`.

import type { Command } from 'commander';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { resolveHome } from '../../client/embedded/home.js';
import { readServicesStatus, type ServiceStatus } from '../../client/embedded/status.js';
import {
  type BackgroundWorker,
  listBackgroundWorkers,
  stopBackgroundWorkers,
} from '../../client/workers/background-workers.js';
import { note, paint, print, printJson } from '../render/terminal.js';

interface Options {
  readonly json?: boolean;
}

const JSON_OPTION = ['--json', 'print JSON'] as const;

export function addServicesCommands(program: Command): void {
  const services = program
    .command('services')
    .description('start, stop and show the embedded Temporal and NATS servers');

  services
    .command('up')
    .description('start the embedded servers that are not running; data and ports are kept')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => {
      const home = resolveHome();
      await ensureServices({ home, onStep: note });
      await show({ json });
    });

  services
    .command('down')
    .description('stop background workers and embedded servers; data are kept')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => {
      const home = resolveHome();
      const workers = await stopBackgroundWorkers({ home });
      const services = await stopServices({ home });
      const stopped = [...(workers ? [`${workers} background workers`] : []), ...services];
      if (json) printJson({ home: home.root, stopped });
      else print(stopped.length > 0 ? `stopped: ${stopped.join(', ')}` : 'nothing was running');
    });

  services
    .command('status')
    .description('show which embedded servers and background workers run, and where')
    .option(...JSON_OPTION)
    .action(async ({ json }: Options) => show({ json }));
}

async function show({ json }: { readonly json: boolean | undefined }): Promise<void> {
  const home = resolveHome();
  const [services, workers] = await Promise.all([
    readServicesStatus({ home }),
    listBackgroundWorkers({ home }),
  ]);
  if (json) return printJson({ home: home.root, services, workers });
  print(renderStatus({ home: home.root, services, workers }));
}

/** One line for each server, followed by its web page, and one for each background worker. */
function renderStatus({
  home,
  services,
  workers = [],
}: {
  readonly home: string;
  readonly services: readonly ServiceStatus[];
  readonly workers?: readonly BackgroundWorker[];
}): string {
  const lines = services.flatMap(({ title, state, address, web, version, pid, log }) => {
    const mark = { running: paint.green, silent: paint.yellow, stopped: paint.dim }[state];
    const head = `${title.padEnd(9)} ${mark(state.padEnd(8))}`;
    if (state === 'stopped') return [head.trimEnd()];
    return [
      `${head} ${address ?? ''}  ${paint.dim(`version ${version ?? '?'}, pid ${pid}`)}`,
      ...(web ? [`${' '.repeat(18)} web page ${web}`] : []),
      ...(state === 'silent' ? [`${' '.repeat(18)} does not answer; see ${log}`] : []),
    ];
  });
  const staying =
    workers.length > 0 ? [paint.dim('background workers continue until `zeroscout services down`')] : [];
  return [...lines, ...workers.map(workerLine), ...staying, paint.dim(`data in ${home}`)].join('\n');
}

function workerLine({ pid, role, device, may }: BackgroundWorker): string {
  const what = role === 'control' ? 'control' : `score, ${device}`;
  const code = may.length > 0 ? `may run ${may.join(' and ')}` : 'runs no code of specifications';
  return `${'worker'.padEnd(9)} ${paint.green('running'.padEnd(8))} ${what}  ${paint.dim(`background, ${code}, pid ${pid}`)}`;
}
