// Creates a home's folders with permissions for its user only, and refuses folders that cannot be a home.
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { describeFault } from '../files/describe-fault.js';
import { makeFolder } from '../files/make-folder.js';
import type { Home } from './home.js';

/**
 * The names of the files that zeroscout puts into a home. A folder that contains anything else is also used
 * for other purposes.
 */
const OURS = /^(temporal|nats|logs|bin|services\.(json|lock)|(temporal|nats)\.lock|\.gitignore)($|\.)/;

/**
 * Folders get mode 0700 and files 0600, including those of earlier versions, which every user of the machine
 * could read. A home folder that contains other files keeps its own permissions, since ZEROSCOUT_HOME may
 * name a folder of many uses.
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
    // `git add .` must not add databases of hundreds of megabytes.
    writeOwnFile({ file: join(home.root, '.gitignore'), text: '*\n' });
  } catch (error) {
    const { path = home.root } = error as NodeJS.ErrnoException;
    throw unusable({ home, error, path });
  }
}

/** The home of another user refers to that user's processes and holds that user's data, so it is refused. */
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

/**
 * Writes a file of ours from scratch. A link in its place is replaced and not followed. Processes that start at once
 * may write the same file: each writes one of its own, which then gets the name.
 */
export function writeOwnFile({ file, text }: { readonly file: string; readonly text: string }): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
      rmSync(file, { recursive: true, force: true });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
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
    `${home.root} cannot be written: ${describeFault(error)}${inside}; must be a folder for the data of the embedded servers`,
  );
}

function tightenFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) tighten(path, 0o600);
}

/** Only files of this user can be changed; a file of another user can be read by that user anyway. */
function tighten(path: string, mode: number): void {
  try {
    if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
  } catch {
    // The file was removed in the meantime, or belongs to another user.
  }
}

function wrong(message: string): SpecError {
  return SpecError.of({ path: 'ZEROSCOUT_HOME', message });
}
