// In: the path of a lock file. Out: a piece of work that only one process does at a time, even after crashes.

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { ServiceError } from '../../core/spec/errors.js';
import { isAlive, sleep } from './process.js';

const BEAT_MS = 2_000;
const STALE_MS = 20_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Runs `work` while holding the lock. The holder touches the file every two seconds; a lock whose holder is dead (same
 * host) or silent for 20 seconds is taken over. Gives up with a ServiceError after `patienceMs`.
 */
export async function withLock<T>({
  file,
  patienceMs,
  onWait,
  work,
}: {
  readonly file: string;
  readonly patienceMs: number;
  readonly onWait: (owner: string) => void;
  readonly work: () => Promise<T>;
}): Promise<T> {
  const token = randomUUID();
  await acquire({ file, token, patienceMs, onWait });
  const beat = setInterval(() => touch(file), BEAT_MS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    // Somebody may have taken over while this process was suspended; then the file is theirs.
    if (readOwner(file)?.token === token) rmSync(file, { force: true });
  }
}

async function acquire({
  file,
  token,
  patienceMs,
  onWait,
}: {
  readonly file: string;
  readonly token: string;
  readonly patienceMs: number;
  readonly onWait: (owner: string) => void;
}): Promise<void> {
  const deadline = Date.now() + patienceMs;
  const owner: Owner = { pid: process.pid, host: hostname(), token };
  let told = false;
  while (!createExclusively(file, JSON.stringify(owner))) {
    if (isStale(file)) {
      breakLock(file);
      await sleep(20);
      continue;
    }
    const holder = `process ${readOwner(file)?.pid ?? '?'}`;
    if (Date.now() > deadline) {
      throw new ServiceError({
        address: file,
        message: `${holder} has been starting or stopping the services for too long; if it is stuck, end it and try again (lock: ${file})`,
      });
    }
    if (!told) onWait(holder);
    told = true;
    await sleep(100);
  }
}

function isStale(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
    const owner = readOwner(file);
    // Just created and not yet written, or of another machine: only its silence tells.
    return owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
  } catch {
    return false;
  }
}

/** Two processes may see the same stale lock. A second lock makes one of them look again and remove it, the other waits. */
function breakLock(file: string): void {
  const guard = `${file}.break`;
  if (!createExclusively(guard, '')) {
    try {
      if (Date.now() - statSync(guard).mtimeMs > STALE_MS) rmSync(guard, { force: true });
    } catch {
      // The other process is done with it.
    }
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function createExclusively(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Taken over; the end of the work will notice.
  }
}
