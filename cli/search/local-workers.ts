// In: how many workers. Out: worker processes on this machine, restarted when they die, stopped together.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from '../services/home.js';
import { note } from '../terminal.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const RESTART_MS = 1_000;

export interface LocalWorkers {
  /** Tells the workers to finish what they hold, and waits for them. */
  stop(): Promise<void>;
}

/** Arguments of the workers of this machine: one control worker, and `count` score workers that share the cores. */
function rolesOf({ count, device }: { count: number; device: string }): string[][] {
  const concurrency = Math.max(1, Math.floor(availableParallelism() / count));
  const score = ['worker', '--role', 'score', '--device', device, '--concurrency', String(concurrency)];
  return [['worker', '--role', 'control'], ...Array.from({ length: count }, () => score)];
}

/** Workers that live as long as this process wants them. Their logs are in the home folder. */
export function startLocalWorkers({
  home,
  count,
  device,
}: {
  home: Home;
  count: number;
  device: string;
}): LocalWorkers {
  let stopping = false;
  const children = new Set<ChildProcess>();
  const launch = (args: string[]): void => {
    const child = spawnWorker({ home, args, lifetime: 'attached' });
    children.add(child);
    child.once('exit', (code, signal) => {
      children.delete(child);
      if (stopping) return;
      note(
        `${args[2]} worker ${signal ? `was killed by ${signal}` : `ended with code ${code}`}; starting it again`,
      );
      setTimeout(() => stopping || launch(args), RESTART_MS);
    });
  };
  if (count > 0) for (const args of rolesOf({ count, device })) launch(args);
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(
        [...children].map(
          (child) =>
            new Promise((done) => {
              child.once('exit', done);
              child.kill('SIGTERM');
            }),
        ),
      );
    },
  };
}

/** Workers that go on when this process ends; `zeroscout services down` stops them. */
export function startDetachedWorkers({
  home,
  count,
  device,
}: {
  home: Home;
  count: number;
  device: string;
}): number[] {
  if (count === 0) return [];
  return rolesOf({ count, device }).map((args) => {
    const child = spawnWorker({ home, args, lifetime: 'detached' });
    child.unref();
    return child.pid!;
  });
}

function spawnWorker({
  home,
  args,
  lifetime,
}: {
  home: Home;
  args: string[];
  lifetime: 'attached' | 'detached';
}): ChildProcess {
  mkdirSync(home.logs, { recursive: true });
  const log = openSync(join(home.logs, 'workers.log'), 'a');
  const detached = lifetime === 'detached';
  return spawn(process.execPath, [MAIN, ...args], {
    // The channel tells an attached worker when this process is gone, however it went.
    stdio: ['ignore', log, log, ...(detached ? [] : ['ipc' as const])],
    // A group of its own: a terminal's Ctrl-C reaches the command, which then stops its workers in order.
    detached: true,
    env: { ...process.env, ZEROSCOUT_HOME: home.root },
  });
}
