// In: pids, command lines, files for output. Out: daemons that outlive the CLI, found again and ended safely.

import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const sleep = promisify(setTimeout);

interface ProcessEntry {
  readonly pid: number;
  readonly holds: (marker: string) => boolean;
}

export interface Daemon {
  readonly pid: number;
  /** Set once the process has ended, with the way it ended. */
  readonly ended: () => string | undefined;
}

/** Its own session and output files: Ctrl-C in the terminal does not reach it, and it holds none of the CLI's pipes. */
export async function startDaemon({
  command,
  args,
  log,
  inherited,
  cwd,
  env,
}: {
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
  /** A descriptor that the daemon keeps open as long as it lives. */
  readonly inherited: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Daemon> {
  const output = openSync(log, 'a');
  let ended: string | undefined;
  try {
    const child = spawn(command, args, {
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
    return { pid: child.pid!, ended: () => ended };
  } finally {
    closeSync(output);
  }
}

/**
 * The pids whose command line holds `marker`, an absolute path that only this home's service is started with.
 * A number alone proves nothing: after a restart of the machine it may belong to anybody. Zombies have no command line.
 */
export async function findByCommandLine({ marker }: { readonly marker: string }): Promise<readonly number[]> {
  const processes = await listProcesses();
  return processes.filter(({ holds }) => holds(marker)).map(({ pid }) => pid);
}

export async function isOurs({
  pid,
  marker,
}: {
  readonly pid: number;
  readonly marker: string;
}): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return procArguments(pid).includes(marker);
  return (await findByCommandLine({ marker })).includes(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks first (SIGTERM), insists later (SIGKILL). The pid is checked before every signal. */
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
    if (!(await isOurs({ pid, marker }))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!(await isOurs({ pid, marker }))) return;
      await sleep(50);
    }
  }
}

async function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    return pids.map(Number).map((pid) => ({ pid, holds: (marker) => procArguments(pid).includes(marker) }));
  }
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,command='], { maxBuffer: 32 << 20 });
  return stdout.split('\n').map((line) => {
    const [, pid = '0', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), holds: (marker) => command.includes(marker) };
  });
}

function procArguments(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
