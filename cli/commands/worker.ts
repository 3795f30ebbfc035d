// Defines the command `zeroscout worker`, which works for searches until a signal stops it.
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { readEncryptionKeys } from '../../client/connections/encryption-keys.js';
import { resolveConnections } from '../../client/connections/resolve-connections.js';
import type { NatsSettings } from '../../client/connections/settings.js';
import { resolveHome } from '../../client/embedded/home.js';
import { checkSettings } from '../../client/specification/check-settings.js';
import { areModulesAllowed } from '../../client/specification/module-permission.js';
import { SpecError } from '../../core/errors.js';
import { allowModules } from '../../core/spaces/module/definition.js';
import { DEVICES, type Device, isBatchedDevice } from '../../core/specification/devices.js';
import { readVerifySetting } from '../../core/specification/verify-share.js';
import { areCommandsAllowed } from '../../core/specification/worker-settings.js';
import { checkDevice } from '../../engine/check-device.js';
import { endWithParent, hasParent } from '../../engine/lifeline.js';
import { loadModule } from '../../engine/load-module.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { openWorkFolder } from '../../workers/work-folder.js';
import type { ControlOptions, ScoringOptions } from '../../workers/worker-options.js';
import {
  createWholeNumberParser,
  type Listen,
  parseDurationArgument,
  parseListenArgument,
  parseTimeoutArgument,
  parseWorkerNameArgument,
} from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { note } from '../render/terminal.js';

/**
 * A worker waits for NATS as long as a shard may take; heartbeats tell Temporal that it is alive meanwhile.
 */
const PATIENCE_MS = 10 * 60_000;

/**
 * The time after which a worker whose command has ended is killed, slightly more than its activities get to
 * finish.
 */
const ORPHAN_MS = 25_000;

interface WorkerFlags {
  readonly role: 'control' | 'score';
  readonly device: Device;
  readonly concurrency: number;
  readonly candidateTimeout: number;
  readonly allowCommands?: true;
  readonly deployment?: string;
  readonly build?: string;
  readonly metrics?: Listen;
  readonly name?: string;
  readonly untilIdle?: number;
}

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('work for the searches of the configured servers until SIGTERM, then finish running tasks')
    .addOption(
      new Option('--role <ROLE>', 'control: plan, audit and rank; score: score candidates')
        .choices(['control', 'score'])
        .default('score'),
    )
    .addOption(
      new Option('--device <DEVICE>', 'device on which a score worker computes')
        .choices(DEVICES)
        .default('cpu'),
    )
    .addOption(concurrencyOption())
    .addOption(timeoutOption())
    .option(
      '--allow-commands',
      'allow a control worker to run the notify.command of specifications (ZEROSCOUT_ALLOW_COMMANDS=1)',
    )
    .option(
      '--deployment <NAME>',
      "deployment of a control worker in Temporal's worker versioning; a search stays on the build on which it began",
    )
    .option('--build <ID>', 'build id within the deployment (default: the version of zeroscout)')
    .addOption(
      new Option(
        '--name <NAME>',
        'name of the worker in `zeroscout workers` and beside its scores; unlike PID@HOST it is kept through restarts, and it must be unique',
      )
        .env('ZEROSCOUT_WORKER_NAME')
        .argParser(parseWorkerNameArgument),
    )
    .option(
      '--until-idle <DURATION>',
      'stop a score worker that has had no task for this long, such as 5m; for SLURM and Kubernetes Jobs',
      parseDurationArgument,
    )
    .option(
      '--metrics <HOST:PORT>',
      'serve /metrics, /healthz and /readyz at this address',
      parseListenArgument,
    )
    .addOption(
      new Option(
        '--background-may <WHAT>',
        'marks background workers with the permission that they were started with',
      ).hideHelp(),
    )
    .addOption(
      new Option('--background-of <HOME>', 'marks the workers that zeroscout services down stops').hideHelp(),
    )
    .action((options: WorkerFlags, command: Command) => work(options, command.parent!.version()!));
}

function concurrencyOption(): Option {
  return new Option(
    '--concurrency <N>',
    'number of candidates scored at once, one process each; number of threads if one process owns the device',
  )
    .argParser(createWholeNumberParser({ min: 1, max: 1024 }))
    .default(availableParallelism(), 'the number of cores');
}

function timeoutOption(): Option {
  return new Option(
    '--candidate-timeout <DURATION>',
    'time limit of a scorer for a candidate or a batch of candidates; the scorer is then ended, and after three attempts the candidate is set aside',
  )
    .env('ZEROSCOUT_CANDIDATE_TIMEOUT')
    .argParser(parseTimeoutArgument)
    .default(600_000, '10m');
}

/** Libraries that are loaded later, and every scorer, also put their temporary files there. */
function useWorkFolder(): void {
  try {
    const { close } = openWorkFolder();
    process.once('exit', close);
  } catch (error) {
    // Most of a worker's tasks need no temporary files; those that do will report the fault.
    note(`no folder for temporary files: ${(error as Error).message}`);
  }
}

/**
 * Throws a DeviceError if this machine cannot score on the device; prints a note if it can with a
 * reservation.
 */
async function reportDevice(device: Device): Promise<void> {
  if (!isBatchedDevice(device)) return;
  const { notice } = await checkDevice({ device });
  if (notice) note(notice);
}

/** The first signal lets the worker finish its work, the second ends it. */
function stopBySignal(stop: AbortController): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(EXIT.interrupted);
      stop.abort();
    });
}

/** The SDK would report an empty name only after the start, and ignores a build without a deployment. */
function checkDeployment({ deployment, build, role }: WorkerFlags): void {
  if (deployment !== undefined && role === 'score')
    throw SpecError.of({
      path: '--deployment',
      message: 'control workers alone run workflows, and have versions; leave it out',
    });
  if (build !== undefined && deployment === undefined)
    throw SpecError.of({ path: '--build', message: 'is a build of --deployment, which is not given' });
  for (const [path, text] of Object.entries({ '--deployment': deployment, '--build': build }))
    if (text?.trim() === '') throw SpecError.of({ path, message: 'found no text; must be a name' });
}

async function work(flags: WorkerFlags, version: string): Promise<void> {
  const stop = new AbortController();
  const { role, device } = flags;
  stopWithParent(stop);
  checkDeployment(flags);
  if (flags.untilIdle !== undefined && role === 'control')
    throw SpecError.of({
      path: '--until-idle',
      message: 'a search needs its control worker until it ends; only a score worker may end before',
    });
  const settings = readSettings();
  useWorkFolder();
  if (role === 'score') await reportDevice(device);
  stopBySignal(stop);
  const { temporal, nats } = await resolveConnections({ home: resolveHome(), start: 'never', onStep: note });
  // Reports within seconds what is wrong with a server; Temporal's own worker would keep trying.
  await (await connectTemporal(temporal)).close();
  const monitor = await monitorOf(flags);
  const store = await openStore({ nats, role, monitor });
  let exitCode: number = EXIT.done;
  try {
    const { runWorker } = await import('../../workers/run.js');
    if (stop.signal.aborted) process.exit(EXIT.done);
    const ended = await runWorker({
      role,
      process: { name: flags.name, stop: stop.signal, untilIdleMs: flags.untilIdle, monitor },
      temporal: { ...temporal, keys: settings.keys },
      store,
      scoring: scoringOf(flags),
      control: { ...controlOf(flags, version), verify: settings.verify },
    });
    if (ended === 'set aside') exitCode = EXIT.setAside;
  } finally {
    await store.close();
  }
  process.exit(exitCode);
}

/**
 * If `zeroscout run` started this worker, it is no longer needed after that command has ended, for any
 * reason.
 */
function stopWithParent(stop: AbortController): void {
  if (hasParent()) endWithParent({ graceMs: ORPHAN_MS, onGone: () => stop.abort() });
  // A listener on the channel would keep alive a process that failed to start.
  process.channel?.unref();
}

/** Reads the settings of the environment, so that a mistake in one is said before anything starts. */
function readSettings() {
  checkSettings();
  const keys = readEncryptionKeys();
  const verify = readVerifySetting(process.env.ZEROSCOUT_VERIFY);
  if (areModulesAllowed()) allowModules(loadModule);
  return { keys, verify };
}

async function monitorOf({ metrics: listen, role, device }: WorkerFlags) {
  const { createMetrics } = await import('../../workers/metrics.js');
  return listen && { ...listen, metrics: createMetrics({ role, device }) };
}

async function openStore({
  nats,
  role,
  monitor,
}: {
  readonly nats: NatsSettings;
  readonly role: WorkerFlags['role'];
  readonly monitor: Awaited<ReturnType<typeof monitorOf>>;
}): Promise<Store> {
  const { createLog } = await import('../../workers/log.js');
  const log = createLog({ role });
  return await connectStore({
    ...nats,
    listener: {
      onFault: monitor?.metrics.onStoreFault,
      onDamage: (damage) => log.warn(damage, 'damaged message in the store'),
      onState: ({ state, why }) =>
        state === 'there'
          ? log.info('NATS is back')
          : log.warn(why === undefined ? {} : { why }, 'NATS is away; this worker tries to reconnect'),
    },
    patienceMs: PATIENCE_MS,
    name: `zeroscout-${role}`,
  });
}

function scoringOf({ device, concurrency, candidateTimeout }: WorkerFlags): ScoringOptions {
  return { device, concurrency, candidateTimeoutMs: candidateTimeout };
}

function controlOf({ allowCommands, deployment, build }: WorkerFlags, version: string): ControlOptions {
  return {
    commands: allowCommands || areCommandsAllowed(process.env) ? 'allowed' : 'refused',
    ...(deployment === undefined
      ? {}
      : { deployment: { deploymentName: deployment, buildId: build ?? version } }),
  };
}
