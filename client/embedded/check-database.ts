// Lets SQLite check whether Temporal's database is intact, while no server has it open.
import { accessSync, chmodSync, constants, lstatSync, rmSync, type Stats, statSync } from 'node:fs';

/**
 * Faults of the file itself. Others (a full disk, no memory) say nothing about the file, and the server will
 * report them too.
 */
const FAULT = /malformed|not a database|could not open|unable to open/i;

/**
 * A short description of the damage of the database, or `undefined`. The caller holds the lock of the services,
 * so no server runs. SQLite checks every page, which takes 7 ms for each megabyte; it cannot detect flipped
 * bits within a value.
 */
export async function findDatabaseFault(file: string): Promise<string | undefined> {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const fault = fileFault({ file, stats });
  if (fault !== undefined) return fault;
  // A check that was killed left this folder. Nobody else creates one, and the caller's lock prevents
  // concurrent checks.
  rmSync(`${file}.lock`, { recursive: true, force: true });
  const { default: sqlite } = await import('node-sqlite3-wasm');
  try {
    const database = new sqlite.Database(file, { fileMustExist: true });
    try {
      const rows = database.all('PRAGMA integrity_check(1)') as unknown as readonly {
        integrity_check: string;
      }[];
      const answer = String(rows[0]?.integrity_check ?? 'no answer');
      return answer === 'ok' ? undefined : firstLine(answer.replace(/^\*\*\*.*\n/, ''));
    } finally {
      database.close();
    }
  } catch (error) {
    const { message } = error as Error;
    return FAULT.test(message) ? firstLine(message) : undefined;
  }
}

function fileFault({ file, stats }: { readonly file: string; readonly stats: Stats }): string | undefined {
  const target = stats.isSymbolicLink() ? statSync(file, { throwIfNoEntry: false }) : stats;
  if (target === undefined) return 'it is a link that leads nowhere';
  if (target.isDirectory()) return 'it is a folder';
  if (!target.isFile()) return 'it is not a regular file';
  if (target.size === 0) return 'it is empty';
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return restorePermissions(file) ? undefined : 'it cannot be read and written';
  }
}

/** Restores the permissions of a file if this user owns it. */
function restorePermissions(file: string): boolean {
  try {
    chmodSync(file, 0o600);
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.slice(0, 120);
}
