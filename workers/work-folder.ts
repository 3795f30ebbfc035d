// Gives a process, its libraries and its children a folder for temporary files, and removes those left by
// processes that were killed.
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';

const PREFIX = 'zeroscout-worker-';
/**
 * The name of a file in the folder. The kernel keeps the file locked as long as the process that owns the folder
 * lives, even if it was suspended or runs in another container.
 */
const LOCK = 'lock';
/** Systems that remove what is old from their temporary folder call days old (tmpfiles.d). */
const FRESH_MS = 3_600_000;

export interface WorkFolder {
  readonly path: string;
  /** Removes the folder with its contents. */
  close(): void;
}

/** Everything that asks for the temporary folder gets this one from now on. */
export function openWorkFolder(): WorkFolder {
  const { path, close } = openTemporaryFolder();
  const before = process.env.TMPDIR;
  process.env.TMPDIR = path;
  return {
    path,
    close: () => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      close();
    },
  };
}

/** A folder for what asks for it by its path, in a process whose children may outlive it. */
export function openTemporaryFolder(): WorkFolder {
  const parent = tmpdir();
  sweep(parent);
  const { path, descriptor } = create(parent);
  const timer = setInterval(() => makeYoung(path), FRESH_MS).unref();
  return {
    path,
    close: () => {
      clearInterval(timer);
      remove(path);
      closeSync(descriptor);
    },
  };
}

/** Sets the times of the folder and of its lock to now. */
function makeYoung(path: string): void {
  const now = new Date();
  try {
    for (const each of [join(path, LOCK), path]) utimesSync(each, now, now);
  } catch {
    // Someone removed the folder.
  }
}

/** Another worker may remove a folder before it is locked; then another name is tried. */
function create(parent: string): { readonly path: string; readonly descriptor: number } {
  for (;;) {
    const path = mkdtempSync(join(parent, PREFIX));
    const file = join(path, LOCK);
    let descriptor: number;
    try {
      descriptor = openSync(file, 'a', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    const named = tryLock(descriptor) && statSync(file, { throwIfNoEntry: false });
    if (named && named.ino === fstatSync(descriptor).ino) return { path, descriptor };
    closeSync(descriptor);
  }
}

/**
 * Removes folders of this user whose owners have ended. A failure here does not keep a process from working.
 */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      removeIfLeft(join(parent, name));
    } catch {
      // Another process is removing the folder at this moment.
    }
  }
}

function removeIfLeft(path: string): void {
  const stats = lstatSync(path);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) return;
  const file = join(path, LOCK);
  // The owner has not locked its folder yet. The folder is removed only if it is empty, and the owner then
  // creates it again.
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) {
    rmdirSync(path);
    return;
  }
  const descriptor = openSync(file, 'a');
  try {
    if (tryLock(descriptor)) remove(path);
  } finally {
    closeSync(descriptor);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
