// Starts worker processes on this machine, restarts them when they die, and stops them together.
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Device } from '../../core/specification/devices.js';
import { createParentVariable, withoutParent } from '../../engine/lifeline.js';
import type { Home } from '../embedded/home.js';
import { createFolders } from '../embedded/home-folders.js';
import { spawnPrivately } from '../embedded/process.js';
import { openLog } from '../embedded/server-log.js';
import { createEnvironment, type ModulePermission } from '../specification/module-permission.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const RESTART_MS = 1_000;
/** The part of a name that is kept where a number follows; a worker takes 100 characters. */
const LONGEST_NAME = 95;

const locateWorkerLog = (home: Home): string => join(home.logs, 'workers.log');

/** Called with one line for each worker that ended and is restarted. */
type OnNote = (text: string) => void;

export interface LocalWorkers {
  /** Lets the workers finish their work, and waits for them. */
  stop(): Promise<void>;
}

/**
 * The arguments of the workers on this machine: one control worker, and `count` score workers that share the
 * cores. Two workers of one name would count as one, which no other verifies, so the name of the environment
 * gets a number where several read it.
 */
export function rolesOf({ count, device, env = process.env }: RolesArguments): string[][] {
  const concurrency = Math.max(1, Math.floor(availableParallelism() / count));
  const score = ['worker', '--role', 'score', '--device', device, '--concurrency', String(concurrency)];
  const name = env.ZEROSCOUT_WORKER_NAME;
  const nameOf = (index: number) =>
    name && count > 1 ? ['--name', `${name.slice(0, LONGEST_NAME)}-${index + 1}`] : [];
  return [
    ['worker', '--role', 'control'],
    ...Array.from({ length: count }, (_, index) => [...score, ...nameOf(index)]),
  ];
}

interface RolesArguments {
  readonly count: number;
  readonly device: Device;
  readonly env?: NodeJS.ProcessEnv;
}

interface StartLocalWorkersArguments {
  readonly home: Home;
  readonly count: number;
  readonly device: Device;
  readonly onNote: OnNote;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts workers that run until they are stopped or this process ends. Their logs are in the home folder.
 */
export function startLocalWorkers({
  home,
  count,
  device,
  onNote,
  env = process.env,
}: StartLocalWorkersArguments): LocalWorkers {
  return keepRunning({ home, onNote, env, roles: count > 0 ? rolesOf({ count, device, env }) : [] });
}

/** Starts a control worker alone, for operations that need no scores. */
export function startControlWorker({
  home,
  modules,
  onNote,
}: {
  readonly home: Home;
  readonly modules: ModulePermission;
  readonly onNote: OnNote;
}): LocalWorkers {
  return keepRunning({
    home,
    onNote,
    env: createEnvironment(modules),
    roles: [['worker', '--role', 'control']],
  });
}

interface KeepRunningArguments {
  readonly home: Home;
  readonly roles: readonly string[][];
  readonly onNote: OnNote;
  readonly env: NodeJS.ProcessEnv;
}

function keepRunning({ home, roles, onNote, env }: KeepRunningArguments): LocalWorkers {
  let stopping = false;
  const children = new Map<ChildProcess, Promise<string>>();
  const launch = (args: string[]): void => {
    const child = spawnWorker({ home, args, lifetime: 'attached', env });
    const ended = endOf(child);
    children.set(child, ended);
    void ended.then((how) => {
      children.delete(child);
      restart(args, how);
    });
  };
  const restart = (args: string[], why: string): void => {
    if (stopping) return;
    onNote(`${args[2]} worker ${why}; starting it again; its log is ${locateWorkerLog(home)}`);
    setTimeout(() => {
      if (stopping) return;
      try {
        launch(args);
      } catch (error) {
        restart(args, `cannot be started: ${(error as Error).message}`);
      }
    }, RESTART_MS);
  };
  for (const args of roles) launch(args);
  return {
    stop: async () => {
      stopping = true;
      // A process that could not be started has no id, and Node would send the signal to id 0: the process group of this program.
      for (const child of children.keys()) if (child.pid !== undefined) child.kill('SIGTERM');
      await Promise.all(children.values());
    },
  };
}

/** Resolves with how the process ended, or with why it could not be started. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal ? `was killed by ${signal}` : `ended with code ${code}`),
    );
    // A process that runs reports other errors too, such as a signal that it may not be sent.
    child.on('error', ({ message }) => {
      if (child.pid === undefined) resolve(`cannot be started: ${message}`);
    });
  });
}

interface SpawnWorkerArguments {
  readonly home: Home;
  readonly args: string[];
  readonly lifetime: 'attached' | 'background';
  readonly env?: NodeJS.ProcessEnv;
}

/** `background`: the worker lives on when this process ends. */
export function spawnWorker({ home, args, lifetime, env = process.env }: SpawnWorkerArguments): ChildProcess {
  createFolders({ home });
  const log = openLog(locateWorkerLog(home));
  try {
    return spawnPrivately(process.execPath, [MAIN, ...args], {
      // The channel closes when this process ends for any reason, which stops an attached worker.
      stdio: ['ignore', log, log, ...(lifetime === 'attached' ? ['ipc' as const] : [])],
      // The worker has its own process group: Ctrl-C in a terminal reaches only the command, which then stops
      // its workers in order.
      detached: true,
      env: {
        ...withoutParent(env),
        ...(lifetime === 'attached' ? createParentVariable() : {}),
        ZEROSCOUT_HOME: home.root,
      },
    });
  } finally {
    closeSync(log);
  }
}
