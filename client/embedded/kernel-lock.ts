// Takes file locks that the kernel releases when the last process with the open file ends, however it ends.
import { closeSync, fstatSync, lstatSync, openSync, renameSync, statSync } from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { ServiceError } from '../../core/errors.js';

/**
 * Opens and locks the file; `undefined` if another process holds the lock. The lock belongs to the open file
 * (open file description locks on Linux): a child that inherits the descriptor keeps the lock after this
 * process has closed it or has ended.
 */
export function lockFile(file: string): number | undefined {
  const descriptor = open(file);
  try {
    // While this process waited, the holder may have removed the file; its name then refers to another file.
    if (tryLock(descriptor) && isSameFile({ file, descriptor })) return descriptor;
  } catch (cause) {
    closeSync(descriptor);
    throw new ServiceError({
      reason: 'locked',
      address: file,
      fault: `${file} cannot be locked (${(cause as Error).message})`,
      remedy: 'set ZEROSCOUT_HOME to a folder on a file system with locks, such as a local disk',
      settings: ['ZEROSCOUT_HOME'],
      cause,
    });
  }
  closeSync(descriptor);
  return undefined;
}

function open(file: string): number {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) renameSync(file, `${file}.not-a-lock-${Date.now()}`);
  return openSync(file, 'a+', 0o600);
}

function isSameFile({ file, descriptor }: { readonly file: string; readonly descriptor: number }): boolean {
  const named = statSync(file, { throwIfNoEntry: false });
  return named !== undefined && named.ino === fstatSync(descriptor).ino;
}
