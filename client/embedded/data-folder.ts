// Knows the files that hold an embedded server's data, and moves those that cannot be used out of its way.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home, ServiceName } from './home.js';

/** What was renamed, so that it can be put back. */
export interface SetAside {
  /** Where the main file, or folder, is now. */
  readonly path: string;
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/** SQLite keeps what it has not yet merged in files beside the database; they belong to it and to no other. */
const SQLITE_COMPANIONS = ['-journal', '-wal', '-shm'];

/** The main file or folder first; the others mean nothing without it. */
export function dataPaths({
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
  return existsSync(dataPaths(place)[0]!);
}

/** Renames the data to `NAME.damaged-TIMESTAMP`, or with another word. Nothing is deleted. */
export function setDataAside({
  word,
  ...place
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly word: 'damaged' | 'unfinished';
}): SetAside {
  const [main, ...companions] = dataPaths(place);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  let target = `${main}.${word}-${stamp}`;
  for (let copy = 2; existsSync(target); copy += 1) target = `${main}.${word}-${stamp}-${copy}`;
  const moves = [main!, ...companions]
    .map((from) => ({ from, to: from.replace(main!, target) }))
    .filter(({ from }) => existsSync(from));
  // The main file goes last: until then the next start finds it and judges it again.
  for (const { from, to } of [...moves].reverse()) renameSync(from, to);
  return { path: target, moves };
}

/** Removes what a fresh start wrote and renames the data back. */
export function putDataBack({
  aside,
  ...place
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly aside: SetAside;
}): void {
  for (const path of dataPaths(place)) rmSync(path, { recursive: true, force: true });
  for (const { from, to } of aside.moves) renameSync(to, from);
}

/**
 * Says that the data are being made for the first time. Temporal's schema is made by many statements in several transactions:
 * a database whose server was killed meanwhile lacks tables for ever, and may still seem to work.
 */
export function markFirstStart(place: { readonly home: Home; readonly name: ServiceName }): void {
  writeFileSync(firstStartMark(place), 'The first start has not ended: these data were never used.\n');
}

export function isFirstStartOpen(place: { readonly home: Home; readonly name: ServiceName }): boolean {
  return existsSync(firstStartMark(place));
}

/** Whoever sees the server ready calls this before using it: from then on the data count. */
export function endFirstStart(place: { readonly home: Home; readonly name: ServiceName }): void {
  rmSync(firstStartMark(place), { force: true });
}

function firstStartMark(place: { readonly home: Home; readonly name: ServiceName }): string {
  return `${dataPaths(place)[0]!}.first-start`;
}
