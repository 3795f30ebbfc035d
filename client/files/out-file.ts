// Checks where a file of results is to be written before anything is computed, and writes it there.
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { placeFile } from './out-folder.js';

export interface OutFile {
  /** Calls `write` with the path of a temporary file, renames it, and returns the absolute path. */
  place(write: (path: string) => Promise<void>): Promise<string>;
}

/** Throws a SpecError for `field` where the path is a folder, or lies in one that does not exist. */
export function openOutFile({ path, field }: { readonly path: string; readonly field: string }): OutFile {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  const right = 'must be a file in a folder that exists';
  if (path === '' || isFolder(absolute))
    throw SpecError.of({ path: field, message: `found "${path}", a folder; ${right}` });
  if (!isFolder(folder))
    throw SpecError.of({ path: field, message: `found "${path}"; there is no folder ${folder}; ${right}` });
  return { place: (write) => placeFile({ folder, name: basename(absolute) }, write) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // A folder that the system does not let us read counts as absent.
    return false;
  }
}
