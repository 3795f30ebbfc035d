// Asks SQLite whether Temporal's database is whole, while no server has it open.
import { accessSync, chmodSync, constants, lstatSync, rmSync, type Stats, statSync } from 'node:fs';

/** Faults of the file itself. Others (a full disk, no memory) say nothing about it, and the server will meet them too. */
const FAULT = /malformed|not a database|could not open|unable to open/i;

/**
 * What is wrong with the database, in a few words, or `undefined`. The caller holds the lock of the services: no server runs.
 * SQLite's own check of every page takes 7 ms a megabyte; flipped bits within a value are beyond it.
 */
export async function databaseFault(file: string): Promise<string | undefined> {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const fault = fileFault({ file, stats });
  if (fault !== undefined) return fault;
  // Left by a check that was killed; nobody else makes one, and the caller's lock keeps other checks away.
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
  if (!target.isFile()) return 'it is no ordinary file';
  if (target.size === 0) return 'it is empty';
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return unlocked(file) ? undefined : 'it may not be read and written';
  }
}

/** The permissions of a file that is ours can be given back. */
function unlocked(file: string): boolean {
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
