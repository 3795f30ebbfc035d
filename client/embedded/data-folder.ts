// Knows the files that hold an embedded server's data, and moves unusable data aside.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home, ServiceName } from './home.js';

/** The renamed files, so that they can be restored. */
export interface SetAside {
  /** The present path of the main file or folder. */
  readonly path: string;
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/**
 * SQLite keeps changes that are not merged yet in files beside the database, which belong to this database
 * only.
 */
const SQLITE_COMPANIONS = ['-journal', '-wal', '-shm'];

/** The main file or folder comes first; the others are useless without it. */
export function locateData({
  home,
  name,
}: {
  readonly home: Home;
  readonly name: ServiceName;
}): readonly string[] {
  if (name === 'nats') return [join(home.nats, 'jetstream')];
  const database = join(home.temporal, 'temporal.db');
  return [database, ...SQLITE_COMPANIONS.map((suffix) => database + suffix)];
}

export function hasData(place: { readonly home: Home; readonly name: ServiceName }): boolean {
  return existsSync(locateData(place)[0]!);
}

/** Renames the data to `NAME.damaged-TIMESTAMP`, or with another word than `damaged`. Nothing is deleted. */
export function setDataAside({
  word,
  ...place
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly word: 'damaged' | 'unfinished';
}): SetAside {
  const [main, ...companions] = locateData(place);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  let target = `${main}.${word}-${stamp}`;
  for (let copy = 2; existsSync(target); copy += 1) target = `${main}.${word}-${stamp}-${copy}`;
  const moves = [main!, ...companions]
    .map((from) => ({ from, to: from.replace(main!, target) }))
    .filter(({ from }) => existsSync(from));
  // The main file is moved last, so that after an interruption the next start finds and checks it again.
  for (const { from, to } of [...moves].reverse()) renameSync(from, to);
  return { path: target, moves };
}

/** Removes what a fresh start wrote and restores the data. */
export function putDataBack({
  aside,
  ...place
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly aside: SetAside;
}): void {
  for (const path of locateData(place)) rmSync(path, { recursive: true, force: true });
  for (const { from, to } of aside.moves) renameSync(to, from);
}

/**
 * Marks that the data are being created for the first time. Temporal creates its schema by many statements in
 * several transactions: a database whose server was killed in between lacks tables permanently, and may still
 * seem to work.
 */
export function markFirstStart(place: { readonly home: Home; readonly name: ServiceName }): void {
  writeFileSync(firstStartMark(place), 'The first start has not ended: these data were never used.\n');
}

export function isFirstStartOpen(place: { readonly home: Home; readonly name: ServiceName }): boolean {
  return existsSync(firstStartMark(place));
}

/**
 * Removes the mark. Call this when the server is ready and before it is used: from then on the data are worth
 * keeping.
 */
export function endFirstStart(place: { readonly home: Home; readonly name: ServiceName }): void {
  rmSync(firstStartMark(place), { force: true });
}

function firstStartMark(place: { readonly home: Home; readonly name: ServiceName }): string {
  return `${locateData(place)[0]!}.first-start`;
}
