// Makes a home's folders, for its user's eyes alone, and refuses a home that cannot be one.
import { chmodSync, lstatSync, readdirSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { faultWords } from '../files/fault-words.js';
import { makeFolder } from '../files/make-folder.js';
import type { Home } from './home.js';

/** What zeroscout puts into a home. A folder with anything else in it is somebody's for other purposes too. */
const OURS = /^(temporal|nats|logs|bin|services\.(json|lock)|(temporal|nats)\.lock|\.gitignore)($|\.)/;

/**
 * Folders 0700, files 0600, also those of earlier versions, which every user of the machine could read. A home folder with
 * things in it that are not zeroscout's keeps its own permissions: ZEROSCOUT_HOME may be a folder of many uses.
 */
export function createFolders({ home }: { readonly home: Home }): void {
  checkOwner({ home });
  try {
    makeFolder(home.root);
    if (readdirSync(home.root).every((name) => OURS.test(name))) tighten(home.root, 0o700);
    for (const folder of [home.temporal, home.nats, home.logs]) {
      makeFolder(folder);
      tighten(folder, 0o700);
      for (const entry of readdirSync(folder)) tightenFile(join(folder, entry));
    }
    for (const entry of readdirSync(home.root).filter((name) => OURS.test(name)))
      tightenFile(join(home.root, entry));
    // Databases of hundreds of megabytes: a person's `git add .` must not take them along.
    writeOwnFile({ file: join(home.root, '.gitignore'), text: '*\n' });
  } catch (error) {
    const { path = home.root } = error as NodeJS.ErrnoException;
    throw unusable({ home, error, path });
  }
}

/** Another user's home tells of that user's processes and holds that user's data: it is no home of ours. */
export function checkOwner({ home }: { readonly home: Home }): void {
  const stats = statsOf(home);
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw unusable({ home, error: { code: 'ENOTDIR' }, path: home.root });
  const uid = process.getuid?.();
  if (uid !== undefined && stats.uid !== uid)
    throw wrong(
      `${home.root} belongs to another user (uid ${stats.uid}, you are ${uid}); name a folder of your own`,
    );
}

/** Writes a file of ours anew: a link that somebody left in its place is removed, not followed. */
export function writeOwnFile({ file, text }: { readonly file: string; readonly text: string }): void {
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
}

function statsOf(home: Home): Stats | undefined {
  try {
    return statSync(home.root, { throwIfNoEntry: false });
  } catch (error) {
    throw unusable({ home, error, path: home.root });
  }
}

function unusable({
  home,
  error,
  path,
}: {
  readonly home: Home;
  readonly error: unknown;
  readonly path: string;
}): SpecError {
  const inside = path === home.root ? '' : ` (${path})`;
  return wrong(
    `${home.root} cannot be written: ${faultWords(error)}${inside}; must be a folder for the data of the embedded servers`,
  );
}

function tightenFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) tighten(path, 0o600);
}

/** Only what is ours can be; what is not was left by somebody who may read it anyway. */
function tighten(path: string, mode: number): void {
  try {
    if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
  } catch {
    // Removed meanwhile, or of another user.
  }
}

function wrong(message: string): SpecError {
  return SpecError.of({ path: 'ZEROSCOUT_HOME', message });
}
