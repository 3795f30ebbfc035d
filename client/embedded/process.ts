// Starts daemons that outlive this program, finds them again and ends them safely.

import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a program to its end. By default it runs in the root folder, and relative entries of PATH are ignored:
 * Python imports from the folder in which it is started, and would otherwise run modules in the user's
 * working folder.
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = process.env, ...options }: RunOptions = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const absolute = listPathFolders(env).join(delimiter);
  return await execute(command, [...args], { ...options, cwd, env: { ...env, PATH: absolute } });
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The time limit in milliseconds. */
  readonly timeout?: number;
  /** The largest output in bytes. */
  readonly maxBuffer?: number;
}

/** The entries of PATH that are absolute, and hence independent of the working folder. */
export function listPathFolders(env: NodeJS.ProcessEnv): readonly string[] {
  return (env.PATH ?? '').split(delimiter).filter(isAbsolute);
}

const ROOT = parse(process.execPath).root;
/** How long a new process may take to have its command line, in milliseconds. */
const NAMED_MS = 5_000;

interface ProcessEntry {
  readonly pid: number;
  readonly holds: (marker: string) => boolean;
  readonly text: () => string;
}

export interface Daemon {
  readonly pid: number;
  /** Returns how the process ended, once it has ended. */
  readonly ended: () => string | undefined;
}

interface StartDaemonArguments {
  readonly command: string;
  readonly args: readonly string[];
  /** A descriptor of its log, which is closed in this process. */
  readonly output: number;
  /** A descriptor that the daemon keeps open as long as it runs. */
  readonly inherited: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The daemon has its own session and output files, so Ctrl-C in the terminal does not reach it, and it holds
 * none of the CLI's pipes.
 */
export async function startDaemon({
  command,
  args,
  output,
  inherited,
  cwd,
  env,
}: StartDaemonArguments): Promise<Daemon> {
  let ended: string | undefined;
  try {
    const child = spawnPrivately(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output, output, inherited],
    });
    child.once('exit', (code, signal) => {
      ended = signal ? `ended by ${signal}` : `ended with exit code ${code}`;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    await untilNamed({ pid: child.pid!, ended: () => ended });
    return { pid: child.pid!, ended: () => ended };
  } finally {
    closeSync(output);
  }
}

/**
 * Waits until the process has the command line by which it is recognized. Linux sets it a moment after the
 * program has begun; on a busy machine, `spawn` is reported before that.
 */
async function untilNamed({ pid, ended }: Daemon): Promise<void> {
  if (process.platform !== 'linux') return;
  const deadline = Date.now() + NAMED_MS;
  while (!ended() && Date.now() < deadline && procArguments(pid).join('') === '') await sleep(5);
}

/**
 * The pids whose command line contains `marker`, an absolute path with which only this home's server is
 * started. A pid alone proves nothing, because after a reboot it may belong to any process. Zombies have no
 * command line.
 */
export async function findByCommandLine(by: { readonly marker: string }): Promise<readonly number[]> {
  return (await listCommandLines(by)).map(({ pid }) => pid);
}

/** The command lines that contain `marker`, as words separated by spaces. */
export async function listCommandLines({
  marker,
}: {
  readonly marker: string;
}): Promise<readonly { readonly pid: number; readonly text: string }[]> {
  const processes = await listProcesses();
  return processes.filter(({ holds }) => holds(marker)).map(({ pid, text }) => ({ pid, text: text() }));
}

/**
 * With `port`, the process must also have been started on that port, because a damaged record may name
 * another process.
 */
export async function isServerProcess({
  pid,
  marker,
  port,
}: {
  readonly pid: number;
  readonly marker: string;
  readonly port?: number;
}): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const all = procArguments(pid);
    return all.includes(marker) && (port === undefined || all.includes(`${port}`));
  }
  const fitting = (await listProcesses()).filter(
    ({ holds }) => holds(marker) && (port === undefined || holds(` ${port}`)),
  );
  return fitting.some((entry) => entry.pid === pid);
}

/** Starts a process whose files only its user can access, whatever the umask of this process is. */
export function spawnPrivately(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const mask = process.umask(0o077);
  try {
    return spawn(command, args, options);
  } finally {
    process.umask(mask);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends SIGTERM, and SIGKILL later. The pid is checked before every signal. */
export async function terminate({
  pid,
  marker,
  graceMs,
}: {
  readonly pid: number;
  readonly marker: string;
  readonly graceMs: number;
}): Promise<void> {
  for (const [signal, patience] of [['SIGTERM', graceMs] as const, ['SIGKILL', 5_000] as const]) {
    if (!(await isServerProcess({ pid, marker }))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!(await isServerProcess({ pid, marker }))) return;
      await sleep(50);
    }
  }
}

async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    return pids.map(Number).map((pid) => ({
      pid,
      holds: (marker) => procArguments(pid).includes(marker),
      text: () => procArguments(pid).join(' '),
    }));
  }
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,command='], { maxBuffer: 32 << 20 });
  return stdout.split('\n').map((line) => {
    const [, pid = '0', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), holds: (marker) => command.includes(marker), text: () => command };
  });
}

function procArguments(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
