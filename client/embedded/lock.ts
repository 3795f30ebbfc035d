// Allows only one process at a time to start or stop the embedded servers, and only one server at a time to
// use a folder of data.
import { closeSync, ftruncateSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../core/errors.js';
import { lockFile } from './kernel-lock.js';

const LOOK_MS = 100;
/** The time limit for a stopped server's data lock, which is released when the kernel has cleaned up. */
const DATA_MS = 10_000;

interface WithLockArguments<T> {
  readonly file: string;
  readonly patienceMs: number;
  readonly onWait: (owner: string) => void;
  readonly work: () => Promise<T>;
}

/**
 * Runs `work` while holding the lock, which ends with this process. A suspended holder keeps it, since
 * nothing can tell what it will do when it continues. Throws a ServiceError after `patienceMs`.
 */
export async function withLock<T>({ file, patienceMs, onWait, work }: WithLockArguments<T>): Promise<T> {
  const descriptor = await acquire({ file, patienceMs, onWait });
  try {
    // The pid in the file is for the messages of waiting processes only; the lock does not depend on it.
    ftruncateSync(descriptor);
    writeSync(descriptor, JSON.stringify({ pid: process.pid }));
    return await work();
  } finally {
    rmSync(file, { recursive: true, force: true });
    closeSync(descriptor);
  }
}

/**
 * Runs `work` with the descriptor of the lock on a server's data. A server that inherits it holds the lock as
 * long as it lives, so that no second server starts on the same folder, whatever happened to records, marks
 * and the processes that started them.
 */
export async function withDataLock<T>({
  file,
  title,
  work,
}: {
  readonly file: string;
  readonly title: string;
  readonly work: (descriptor: number) => Promise<T>;
}): Promise<T> {
  const deadline = Date.now() + DATA_MS;
  let descriptor = lockFile(file);
  while (descriptor === undefined) {
    if (Date.now() > deadline)
      throw new ServiceError({
        reason: 'locked',
        address: file,
        fault: `another ${title} server uses these data and does not end (it holds ${file})`,
        remedy: 'end it and try again',
      });
    await sleep(LOOK_MS);
    descriptor = lockFile(file);
  }
  try {
    return await work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function acquire({
  file,
  patienceMs,
  onWait,
}: {
  readonly file: string;
  readonly patienceMs: number;
  readonly onWait: (owner: string) => void;
}): Promise<number> {
  const deadline = Date.now() + patienceMs;
  let told = false;
  for (;;) {
    const descriptor = lockFile(file);
    if (descriptor !== undefined) return descriptor;
    const holder = holderOf(file);
    if (Date.now() > deadline) {
      throw new ServiceError({
        reason: 'locked',
        address: file,
        fault: `${holder} has been starting or stopping the services for too long (lock: ${file})`,
        remedy: 'if it is stuck, end it and try again',
      });
    }
    if (!told) onWait(holder);
    told = true;
    await sleep(LOOK_MS);
  }
}

function holderOf(file: string): string {
  let pid: unknown;
  try {
    pid = (JSON.parse(readFileSync(file, 'utf8')) as { readonly pid?: unknown }).pid;
  } catch {
    // The file is locked but not written yet.
  }
  if (typeof pid !== 'number') return 'another process';
  return isStopped(pid)
    ? `process ${pid} (stopped, as by Ctrl-Z: \`kill -CONT ${pid}\` lets it go on, \`kill -KILL ${pid}\` ends it)`
    : `process ${pid}`;
}

/** On Linux, the state of the process is known; elsewhere the pid must suffice. */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
