// Opens a path as a regular file; anything else, such as a named pipe, is an immediate error and never
// blocks.
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';

/** Thrown for a path that is not a regular file; the message says what it is. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
  readonly reason = 'not-a-file';
}

/** The reason for an issue about a file that could not be opened. */
export function reasonOfFile(error: unknown): 'not-a-file' | undefined {
  return error instanceof NotRegularError ? error.reason : undefined;
}

/**
 * O_NONBLOCK opens a named pipe without waiting for its writer; O_NOCTTY prevents a terminal from becoming
 * this process's controlling terminal. Windows has neither flag. A read that would block fails as well.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * The caller must close the file. Later reads use this handle, because the path may name another file by
 * then.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Opening a device may have side effects, so the path is examined first. A path that is replaced in between
  // is caught by the second examination.
  refuseOthers(await stat(path));
  const file = await open(path, FLAGS);
  try {
    refuseOthers(await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

export async function readRegularFile(path: string): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    return await readFile(file);
  } finally {
    await file.close();
  }
}

export function readRegularFileSync(path: string): Buffer {
  const descriptor = openRegularFileSync(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns a file descriptor that the caller must close. */
export function openRegularFileSync(path: string): number {
  refuseOthers(statSync(path));
  const descriptor = openSync(path, FLAGS);
  try {
    refuseOthers(fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function refuseOthers(stats: Stats): void {
  if (!stats.isFile()) throw new NotRegularError(`is ${kindOf(stats)}; must be a file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'no file';
}
