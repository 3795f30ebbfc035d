// Prepares a separate home for a benchmark, and measures its disk space.
import type { ChildProcess } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, resolveHome } from '../../client/embedded/home.js';

/** The bytes of the store, of Temporal and of the files. */
export type Disk = Readonly<Record<'nats' | 'temporal' | 'files', number>>;

export async function measureDisk({
  home,
  files,
}: {
  readonly home: Home;
  readonly files: string;
}): Promise<Disk> {
  return {
    nats: await bytesIn(home.nats),
    temporal: await bytesIn(home.temporal),
    files: await bytesIn(files),
  };
}

/** The environment with a home of its own in the folder, and without settings of servers. */
export function separateEnvironment(folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|NATS_|ZEROSCOUT_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    ZEROSCOUT_HOME: join(folder, 'home'),
    ZEROSCOUT_BIN: resolveHome().bin,
  };
}

export async function waitForEnd(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((done) => child.once('exit', done));
  if (child.exitCode)
    throw new Error(`${child.spawnargs.slice(1, 3).join(' ')} ended with code ${child.exitCode}`);
}

/**
 * When this process is interrupted, runs `work` and ends the process with code 130. Returns a function that
 * stops waiting for an interruption.
 */
export function onInterrupt(work: () => Promise<unknown>): () => void {
  const interrupt = () => void work().finally(() => process.exit(130));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
