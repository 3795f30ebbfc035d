// Creates a new home for each test; servers are fetched once for all, and everything is deleted at the end.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { type Home, resolveHome, type ServiceName } from '../../client/embedded/home.js';
import { isAlive } from '../../client/embedded/process.js';
import { readState } from '../../client/embedded/state.js';

export const BIN =
  process.env.ZEROSCOUT_BIN ?? fileURLToPath(new URL('../../.zeroscout/bin', import.meta.url));

export interface TestHome {
  readonly home: Home;
  /** Processes of this home that the test started; `remove` ends them. */
  readonly children: Set<ChildProcess>;
  /** The work folder beside the home, for specifications and outputs. */
  readonly dir: string;
  /** Writes a file to the work folder and returns its path. */
  write(name: string, text: string): string;
  read(name: string): string;
  /** JSON lines of this home's workers so far. */
  workerLog(): LogLine[];
  /** The pids of this home's living workers, by role, and of their scorers. */
  pids(role: 'control' | 'score' | 'scorer'): number[];
  /** Kills an embedded server with kill -9. */
  killService(name: ServiceName): Promise<void>;
  /** Starts the embedded servers that do not run. */
  startServices(): Promise<void>;
  /** Ends the processes that still run here and removes every file. */
  remove(): Promise<void>;
}

/** One line of workers.log; `pid` is the worker's, or the scorer's in lines about one. */
export interface LogLine {
  readonly time: number;
  readonly pid: number;
  readonly role?: string;
  readonly msg: string;
  readonly candidate?: string;
}

export function testHome(): TestHome {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-e2e-'));
  const dir = join(folder, 'work');
  mkdirSync(dir);
  const home = resolveHome({ env: { ZEROSCOUT_HOME: join(folder, 'home'), ZEROSCOUT_BIN: BIN } });
  const children = new Set<ChildProcess>();
  const workerLog = () => readLog(join(home.logs, 'workers.log'));
  const pids: TestHome['pids'] = (role) => {
    const [message, ended] =
      role === 'scorer'
        ? ['scorer started', /^scorer (died|recycled)$/]
        : ['worker ready', /^worker stopped$/];
    const found = new Set<number>();
    for (const line of workerLog()) {
      if (line.msg === message && (role === 'scorer' || line.role === role)) found.add(line.pid);
      if (ended.test(line.msg)) found.delete(line.pid);
    }
    return [...found].filter(isRunning);
  };
  return {
    home,
    children,
    dir,
    write: (name, text) => {
      const path = join(dir, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    read: (name) => readFileSync(join(dir, name), 'utf8'),
    workerLog,
    pids,
    killService: async (name) => {
      const pid = readState({ home }).services[name]?.pid;
      if (!pid) throw new Error(`${name} does not run in ${home.root}`);
      await killNow(pid);
    },
    startServices: async () => void (await ensureServices({ home, onStep: () => {} })),
    remove: async () => {
      for (const child of children) child.kill('SIGKILL');
      for (const role of ['control', 'score', 'scorer'] as const) await Promise.all(pids(role).map(killNow));
      await stopServices({ home });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Sends SIGKILL, and waits until the process is gone. */
export async function killNow(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
  await until(() => !isRunning(pid), { what: `process ${pid} ends`, timeoutMs: 60_000 });
}

/** A zombie whose parent has not waited for it does not run. */
export function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

/** Waits until `test` returns a true value, and returns it. */
export async function until<T>(
  test: () => T | Promise<T>,
  { what, timeoutMs, everyMs = 50 }: { what: string; timeoutMs: number; everyMs?: number },
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await sleep(everyMs);
  }
}

/**
 * Lines that are being written or are not JSON (the trace of a crash) are left out. What native code prints in
 * pieces may stand before a line of JSON.
 */
function readLog(path: string): LogLine[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line.slice(Math.max(0, line.lastIndexOf('{"level"')))) as LogLine];
    } catch {
      return [];
    }
  });
}
