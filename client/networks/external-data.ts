// Reads constants of an ONNX model from another file in the model's folder.
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { ReadExternal } from '../../core/onnx/tensor-values.js';

/**
 * Returns a reader for the model at `file`. The names in a model cannot be trusted: a path that leads out of
 * its folder, even by a symbolic link, and anything but a regular file, is an Error. Undefined if there is no
 * such file.
 */
export function externalReader(file: string): ReadExternal {
  const folder = dirname(resolve(file));
  return ({ location, offset, length }) => {
    const path = inFolder(folder, location);
    if (path === undefined) return undefined;
    const handle = openSync(path, 'r');
    try {
      const status = fstatSync(handle);
      if (!status.isFile()) throw new Error(`its data file "${location}" is no file`);
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

function inFolder(folder: string, location: string): string | undefined {
  const outside = new Error(`its data file "${location}" lies outside the folder of the model`);
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
