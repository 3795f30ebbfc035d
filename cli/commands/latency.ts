// Defines the command `zeroscout latency measure`: the latencies of the best candidates of a finished search,
// with machine and quartiles.
import type { Command } from 'commander';
import { type MeasuredLatencies, measureLatencies } from '../../client/latency/measure-latencies.js';
import { formatLatencyJson } from '../../client/results/latencies.js';
import { createWholeNumberParser, Interrupted, SEARCH_ID } from '../arguments.js';
import { typedCommandLine } from '../command-line.js';
import { formatBusyWarning, formatLatencyCells, formatMachine } from '../render/latencies.js';
import { createTable } from '../render/table.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

const TOP = 20;

interface Options {
  readonly top: number;
  readonly again?: true;
  readonly json?: true;
}

export function addLatencyCommand(program: Command): void {
  program
    .command('latency')
    .description('measure how long networks take')
    .command('measure')
    .description(
      'measure the latency of the best candidates of a finished search on the machine of a control worker',
    )
    .argument('<ID>', SEARCH_ID)
    .option('--top <N>', 'the first N', createWholeNumberParser({ min: 1, max: 100_000 }), TOP)
    .option('--again', 'also measure candidates that have a latency; the last measurement counts')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) =>
      withSession({ start: 'if-needed' }, (session) => measure(session, id, options)),
    );
}

async function measure(session: Session, given: string, { top, again, json }: Options): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const which = again ? 'all' : 'missing';
    const request = { id: given, top, which, onStep: note, stop: stop.signal } as const;
    const measured = await measureLatencies(session, request);
    if (measured === 'stopped')
      // What was measured before the interruption need not be measured again.
      throw new Interrupted(
        `measured latencies are kept; continue with: ${typedCommandLine({ leaveOut: ['--again'] })}`,
      );
    if (json) printJson(toJson(measured));
    else show(measured);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function toJson({ id, measuring, rows, latencies }: MeasuredLatencies) {
  const candidates = rows.map(({ rank, candidate }) => ({
    rank,
    candidate,
    ...formatLatencyJson(latencies.get(candidate)),
  }));
  const { measured, failed, resolution, image } = measuring;
  return {
    id,
    measured,
    failed,
    resolution,
    image,
    machines: Object.values(measuring.latencies),
    candidates,
  };
}

function show({ id, measuring, rows, latencies }: MeasuredLatencies): void {
  const table = createTable(['rank', 'candidate', 'ms', 'quartiles']);
  for (const { rank, candidate } of rows)
    table.push([String(rank), candidate, ...formatLatencyCells(latencies.get(candidate))]);
  print(`${table.toString()}\n`);
  const { measured, candidates, failed, resolution, image = [resolution, resolution] } = measuring;
  const rest = failed > 0 ? `, ${failed} could not be run` : '';
  print(`${measured} of ${candidates} measured now${rest}; images of ${image.join(' x ')}`);
  for (const machine of Object.values(measuring.latencies)) print(formatMachine(machine));
  const warning = formatBusyWarning({ latencies, id });
  if (warning) print(paint.yellow(warning));
}
