// The command `zeroscout run`: searches a specification and shows the progress and the results, or leaves it in the background.
import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { withServersKept } from '../../client/embedded/keep-servers.js';
import { openOutFolder } from '../../client/files/out-folder.js';
import { readResults } from '../../client/results/results.js';
import { RANKING_FORMATS } from '../../client/results/write-results.js';
import { beginSearch, usualWorkers } from '../../client/searches/begin-search.js';
import { checkedWorkflowId } from '../../client/searches/find-search.js';
import { followThrough } from '../../client/searches/follow-through.js';
import type { Started } from '../../client/searches/start-search.js';
import { modulePermission } from '../../client/specification/allow-modules.js';
import { checkNotify } from '../../client/specification/check-notify.js';
import { warningTexts } from '../../client/specification/read-candidates.js';
import {
  type ReadSpecification,
  readSpecification,
  readTruth,
} from '../../client/specification/read-specification.js';
import {
  backgroundWorkers,
  startBackgroundWorkers,
  withdrawBackgroundWorkers,
} from '../../client/workers/background-workers.js';
import { startLocalWorkers } from '../../client/workers/local-workers.js';
import { livingWorkers, readQueue, type SeenWorker } from '../../client/workers/queues.js';
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import { definitionOf, openSpace } from '../../core/spaces/index.js';
import type { Device } from '../../core/specification/devices.js';
import { logLevel } from '../../core/specification/log-level.js';
import { Interrupted, wholeNumber } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { withProgress } from '../render/follow-view.js';
import { giveResults, type ResultOptions, showFinished } from '../render/give-results.js';
import { noteNotNotified } from '../render/results.js';
import { note, paint, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface RunOptions extends ResultOptions {
  readonly truth?: string;
  readonly id?: string;
  readonly detach?: true;
  readonly again?: true;
  readonly workers?: number;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('search: start the specification, or go on with it where it was, until its ranking is there')
    .argument('<SPEC>', 'specification, YAML or JSON')
    .option('--out <DIR>', 'write ranking.csv, failures.csv and summary.json there')
    .addOption(
      new Option('--format <FORMAT>', 'of the ranking in --out').choices(RANKING_FORMATS).default('csv'),
    )
    .option(
      '--truth <FILE>',
      'CSV of known accuracies (arch,<dataset>,...), or another ranking: report how well this one agrees',
    )
    .option('--id <ID>', 'name of this search (default: name and digest of the specification)')
    .option('--again', 'run a search anew that is finished; scores are reused, its record is replaced')
    .option('--detach', 'start the search and return; it goes on in the background')
    .option(
      '--workers <N>',
      'score workers on this machine (default: 1 with embedded services, else 0)',
      wholeNumber({ min: 0, max: 256 }),
    )
    .option('--json', 'print the summary as JSON')
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  const read = await readSpecification(path, { modules: modulePermission() });
  checkNotify({ ...read, onNote: note });
  logLevel(process.env);
  if (options.format === 'parquet' && options.out === undefined)
    throw SpecError.of({ path: '--format', message: 'parquet goes to files; add --out DIR' });
  for (const warning of warningTexts(read)) note(paint.yellow(warning));
  const truth =
    options.truth === undefined
      ? undefined
      : await readTruth({ path: options.truth, space: openSpace(read.specification.space) });
  if (options.id !== undefined) checkedWorkflowId(options.id);
  if (options.out !== undefined) await openOutFolder(options.out);
  await withSession({ start: 'if-needed' }, (session) => search({ session, written: read, truth, options }));
}

async function search({
  session,
  written,
  truth,
  options,
}: {
  session: Session;
  written: ReadSpecification;
  truth: Truth | undefined;
  options: RunOptions;
}): Promise<void> {
  const { client, store, connections, home, modules } = session;
  const count = options.workers ?? usualWorkers(session);
  const whereFinished = options.again ? 'again' : 'keep';
  const begun = await beginSearch(session, { read: written, id: options.id, whereFinished, workers: count });
  const { id, read } = begun;
  const { specification } = read;
  const { device } = specification.execution;
  let started: Started = begun;
  if (started.how === 'finished') {
    if (await showFinished({ store, started, truth, options: { ...options, specification } })) return;
    started = await begun.again();
  }
  const { handle, how } = started;
  const page = connections.temporal.webAddress;
  note(
    `search ${paint.bold(id)} ${how === 'started' ? 'started' : 'is running; attached to it'}${page ? `; watch it at ${page}` : ''}`,
  );
  const need = definitionOf(specification.space).code === 'specification' ? 'modules' : undefined;
  const restore = await withdrawBackgroundWorkers({ home, need, onNote: note });
  if (options.detach) {
    await startBackgroundWorkers({ home, modules, count, device });
    if (options.json) printJson({ id, detached: true });
    else note(`it goes on in the background: zeroscout watch ${id}, zeroscout results ${id}`);
    return;
  }
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    note('\nstopping the local workers; what is scored stays');
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const workers = startLocalWorkers({ home, count, device, onNote: note });
  try {
    const again = async () => (await begun.again()).handle;
    const onStep = (text: string) => note(paint.dim(text));
    const result = await withServersKept({ home, connections, onStep }, (isRestarted) =>
      withProgress(options.json ? 'hidden' : 'shown', (onLook) =>
        followThrough({
          client,
          handle,
          id,
          store,
          stop: stop.signal,
          onLook,
          again,
          onNote: note,
          isRestarted,
          isLocal: connections.temporal.source === 'embedded',
          workersStarted: count > 0 ? Date.now() : undefined,
        }),
      ),
    );
    if (result === 'stopped') throw new Interrupted(await whatGoesOn({ session, id, device }));
    await giveResults({
      results: await readResults({ store, result, truth }),
      options: { ...options, specification },
    });
    noteNotNotified(result);
    // What was said at the start has scrolled away in a long search.
    for (const warning of warningTexts(read)) note(paint.yellow(warning));
  } finally {
    await workers.stop();
    restore();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** What a person wants to know who has stopped the command: whether anybody still works on the search. */
async function whatGoesOn({
  session: { client, connections, home },
  id,
  device,
}: {
  session: Session;
  id: string;
  device: Device;
}): Promise<string> {
  const back = `go on with: ${commandLine()}`;
  const end = `zeroscout cancel ${id} ends it`;
  const local = (await backgroundWorkers({ home })).length;
  if (local > 0)
    return `${local} background workers go on with the search (zeroscout services down stops them, ${end}); ${back}`;
  // Ours are of this host; they are named for a while after their end.
  const isOther = ({ worker }: SeenWorker) => !worker?.place.endsWith(`@${hostname()}`);
  const ask = async () => livingWorkers({ queue: await readQueue(client, device), isLocal: false });
  const others = connections.temporal.source === 'embedded' ? [] : await ask().catch(() => []);
  const count = others.filter(isOther).length;
  if (count > 0) return `${count} other workers for ${device} go on with the search (${end}); ${back}`;
  return `nothing is lost; ${back}`;
}

function commandLine(): string {
  return ['zeroscout', ...process.argv.slice(2)].join(' ');
}
