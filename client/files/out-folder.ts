// Tests a folder for results before anything starts, and writes files to it atomically.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { describeFault, isFileFault } from './describe-fault.js';
import { makeFolder } from './make-folder.js';

/** The size of the test file, which reveals a full disk; results of few candidates are not larger. */
const TRIED_BYTES = 64 * 1024;

/**
 * Creates the folder and writes a test file, because a search that cannot save its results would run in vain.
 * Throws a SpecError.
 */
export async function openOutFolder(path: string): Promise<void> {
  const fail = (what: 'made' | 'written', error: unknown): never => {
    throw SpecError.of({
      path: 'folder',
      message: `${path} cannot be ${what}: ${describeFault(error)}; must be a folder that can be written`,
    });
  };
  try {
    makeFolder(resolve(path));
  } catch (error) {
    fail('made', error);
  }
  const file = join(resolve(path), `.zeroscout-${randomUUID()}.part`);
  try {
    await writeAndSync(file);
  } catch (error) {
    fail('written', error);
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

/** Some file systems accept writes and fail when data are flushed to the disk. */
async function writeAndSync(file: string): Promise<void> {
  const handle = await open(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
  try {
    await handle.writeFile(new Uint8Array(TRIED_BYTES));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file under a temporary name and renames it, because the source may prove to be altered at its end,
 * the disk may be full, and two commands may write at once. An error of the file system names the file.
 */
export async function placeFile(
  { folder, name }: { readonly folder: string; readonly name: string },
  write: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(resolve(folder), name);
  const part = `${path}.${randomUUID()}.part`;
  try {
    await write(part);
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    if (!isFileFault(error)) throw error;
    throw new Error(`${path} cannot be written: ${describeFault(error)}`);
  }
}
