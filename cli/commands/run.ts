// Defines the command `zeroscout run`: searches a specification and shows progress and results, or leaves the
// search in the background.
import { type Command, Option } from 'commander';
import { openOutFolder } from '../../client/files/out-folder.js';
import { readResults } from '../../client/results/results.js';
import { RANKING_FORMATS } from '../../client/results/write-results.js';
import { beginSearch, chooseWorkerCount } from '../../client/searches/begin-search.js';
import { checkWorkflowId } from '../../client/searches/find-search.js';
import type { Started } from '../../client/searches/start-search.js';
import { checkStart } from '../../client/specification/check-start.js';
import { readModulePermission } from '../../client/specification/module-permission.js';
import { formatWarnings } from '../../client/specification/read-candidates.js';
import { type ReadSpecification, readSpecification } from '../../client/specification/read-specification.js';
import { readTruth } from '../../client/specification/read-truth.js';
import {
  permissionFor,
  startBackgroundWorkers,
  withdrawBackgroundWorkers,
} from '../../client/workers/background-workers.js';
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import { openSpace } from '../../core/spaces/index.js';
import { createWholeNumberParser } from '../arguments.js';
import { formatCommandLine } from '../command-line.js';
import { followWithWorkers } from '../follow-with-workers.js';
import { deliverResults, type ResultOptions, showFinished } from '../render/deliver-results.js';
import { noteFailedNotification } from '../render/results.js';
import { note, paint, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface RunFlags extends ResultOptions {
  readonly truth?: string;
  readonly id?: string;
  readonly detach?: true;
  readonly again?: true;
  readonly workers?: number;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run a search until its ranking is complete; resume it if it was interrupted')
    .argument('<SPEC>', 'specification, YAML or JSON')
    .option('--out <DIR>', 'write ranking.csv, failures.csv and summary.json to this folder')
    .addOption(
      new Option('--format <FORMAT>', 'format of the ranking in --out')
        .choices(RANKING_FORMATS)
        .default('csv'),
    )
    .option(
      '--truth <FILE>',
      'CSV of known accuracies (arch,<dataset>,...), or another ranking; report the agreement with it',
    )
    .option('--id <ID>', 'name of this search (default: name and digest of the specification)')
    .option('--again', 'run a finished search again; scores are reused, and its record is replaced')
    .option('--detach', 'start the search and return; it continues in the background')
    .option(
      '--workers <N>',
      'number of score workers on this machine (default: 1 with embedded servers, else 0)',
      createWholeNumberParser({ min: 0, max: 256 }),
    )
    .option('--json', 'print the summary as JSON')
    .action(run);
}

async function run(path: string, options: RunFlags): Promise<void> {
  const read = await readSpecification(path, { modules: readModulePermission() });
  checkStart(read, { onNote: note, onWarning: (text) => note(paint.yellow(text)) });
  if (options.format === 'parquet' && options.out === undefined)
    throw SpecError.of({ path: '--format', message: 'parquet goes to files; add --out DIR' });
  const truth =
    options.truth === undefined
      ? undefined
      : await readTruth({ path: options.truth, space: openSpace(read.specification.space) });
  if (options.id !== undefined) checkWorkflowId(options.id);
  if (options.out !== undefined) await openOutFolder(options.out);
  await withSession({ start: 'if-needed' }, (session) => search({ session, written: read, truth, options }));
}

/** The commands that follow a detached search, and write later what this one was asked for. */
function listWaysOn(id: string, { out, format, truth }: RunFlags): string {
  const files = out === undefined ? [] : ['--out', out, ...(format === 'csv' ? [] : ['--format', format])];
  const commands = [
    ['watch', id],
    ['results', id, ...files],
  ];
  if (truth !== undefined) commands.push(['correlate', id, '--truth', truth]);
  return commands.map(formatCommandLine).join(', ');
}

interface SearchRequest {
  readonly session: Session;
  readonly written: ReadSpecification;
  readonly truth: Truth | undefined;
  readonly options: RunFlags;
}

async function search({ session, written, truth, options }: SearchRequest): Promise<void> {
  const { store, connections, home, modules } = session;
  const count = options.workers ?? chooseWorkerCount(session);
  const whereFinished = options.again ? 'again' : 'keep';
  const begun = await beginSearch(session, { read: written, id: options.id, whereFinished, workers: count });
  const { id, read } = begun;
  const { specification } = read;
  let started: Started = begun;
  if (started.how === 'finished') {
    if (await showFinished({ store, started, truth, options: { ...options, specification } })) return;
    started = await begun.again();
  }
  const page = connections.temporal.webAddress;
  note(
    `search ${paint.bold(id)} ${started.how === 'started' ? 'started' : 'is running; attached to it'}${page ? `; watch it at ${page}` : ''}`,
  );
  // Without workers of this command, those of the background are needed.
  const need = count > 0 ? permissionFor(specification) : undefined;
  const { device } = specification.execution;
  const restore = await withdrawBackgroundWorkers({ home, need, device, onNote: note });
  if (options.detach) {
    await startBackgroundWorkers({ home, modules, count, device });
    note(`it continues in the background: ${listWaysOn(id, options)}`);
    if (options.json) printJson({ id, detached: true });
    return;
  }
  try {
    const result = await followWithWorkers({ session, begun, started, count, options });
    const results = await readResults({ store, result, truth });
    await deliverResults({ results, options: { ...options, specification } });
    noteFailedNotification(result);
    // Warnings are repeated, because those from the start have scrolled away in a long search. The summary
    // has printed some of them.
    const printed = new Set(options.json ? [] : results.summary.warnings);
    const warnings = (read.warnings ?? []).filter(({ message }) => !printed.has(message));
    for (const warning of formatWarnings({ warnings })) note(paint.yellow(warning));
  } finally {
    await restore();
  }
}
