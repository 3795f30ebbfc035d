// Creates a folder and its parents. Node's own recursive mkdir never ends on a file system that answers
// ENOENT, as /proc does.
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws the system's own error with its `code`; ENOTDIR if the path or a parent is not a folder. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isFolder(path)) return;
    if (code === 'EEXIST') throw Object.assign(new Error(`ENOTDIR: ${path}`), { code: 'ENOTDIR', path });
    const above = dirname(path);
    if (code !== 'ENOENT' || isFolder(above)) throw error;
    makeFolder(above);
    mkdirOnce(path);
  }
}

/** Another process may create the same folder at the same time. */
function mkdirOnce(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
