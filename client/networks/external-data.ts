// Reads constants of an ONNX model from another file in the model's folder.
import { closeSync, fstatSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { ReadError } from '../../core/onnx/read-error.js';
import type { ReadExternal } from '../../core/onnx/tensor-values.js';
import { NotRegularError, openRegularFileSync } from '../../store/regular-file.js';

/**
 * Returns a reader for the model at `file`. The names in a model cannot be trusted: a path that leads out of
 * its folder, even by a symbolic link, and anything but a regular file, is an Error. Undefined if there is no
 * such file.
 */
export function createExternalReader(file: string): ReadExternal {
  const folder = dirname(resolve(file));
  return ({ location, offset, length }) => {
    const path = inFolder(folder, location);
    if (path === undefined) return undefined;
    const handle = openData(path, location);
    try {
      const status = fstatSync(handle);
      if (status.size < offset + length)
        throw new Error(
          `its data file "${location}" has ${status.size} bytes; it is read up to ${offset + length}`,
        );
      const bytes = new Uint8Array(length);
      readSync(handle, bytes, 0, length, offset);
      return bytes;
    } finally {
      closeSync(handle);
    }
  };
}

/** Opening a named pipe would wait for its writer, so nothing but a regular file is opened. */
function openData(path: string, location: string): number {
  try {
    return openRegularFileSync(path);
  } catch (error) {
    if (error instanceof NotRegularError)
      throw new ReadError('not-a-file', `its data file "${location}" ${error.message}`);
    throw error;
  }
}

function inFolder(folder: string, location: string): string | undefined {
  const outside = new ReadError(
    'outside-folder',
    `its data file "${location}" lies outside the folder of the model`,
  );
  if (location === '' || location.includes('\0') || isAbsolute(location)) throw outside;
  const path = resolve(folder, location);
  if (leadsOut(folder, path)) throw outside;
  try {
    const real = realpathSync(path);
    if (leadsOut(realpathSync(folder), real)) throw outside;
    return real;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function leadsOut(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
