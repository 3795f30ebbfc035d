// Finds programs of Debian packages for tests: on PATH, or among those that `npm run setup:optional` has
// unpacked.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './zeroscout.js';

/** The path of the program, or undefined if it is absent. */
export function debianProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, join(ROOT, '.zeroscout/debian/usr/bin')]
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
