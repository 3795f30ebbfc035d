// Damages one file of a home folder, as a disk, a crash or a person would, drawn from a seeded generator, and
// describes the damage.
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';

export interface DamageOptions {
  /** A home folder, `.zeroscout`. */
  readonly home: string;
  /** Further folders whose files may be damaged, for instance the results. */
  readonly others?: readonly string[];
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** The files that may be damaged; all by default. */
  readonly only?: (path: string) => boolean;
}

type Way = readonly [name: string, hit: (given: Hit) => string];

interface Hit {
  readonly path: string;
  readonly size: number;
  readonly random: () => number;
}

/** Programs are fetched once and shared; data that were set aside are not used any more. */
const LEFT_ALONE = /(^|\/)(bin|[^/]*\.damaged-[^/]*|[^/]*\.unfinished-[^/]*)(\/|$)/;

/** A description of the damage, or undefined if there is no suitable file. */
export function damage({ home, others = [], random, only = () => true }: DamageOptions): string | undefined {
  const files = [home, ...others].flatMap((folder) =>
    filesIn(folder).map((path) => ({ path, group: groupOf(relative(folder, path)) })),
  );
  const hittable = files.filter(({ path }) => only(path));
  // A group is chosen first, because there are far more files of searches than of any other kind.
  const groups = [...new Set(hittable.map(({ group }) => group))].sort();
  if (groups.length === 0) return undefined;
  const group = pick(groups, random);
  const { path } = pick(
    hittable.filter((file) => file.group === group),
    random,
  );
  const way = pick(WAYS, random);
  // A folder among the results belongs to a person, so it is refused by name instead of being removed.
  const [name, hit] = way[0] === A_FOLDER && !path.startsWith(home) ? WAYS[0]! : way;
  try {
    const size = statSync(path).size;
    return `${relative(home, path)}: ${name}${size > 0 || name === 'deleted' ? ` ${hit({ path, size, random })}` : ' (empty)'}`;
  } catch (error) {
    // A running server may have removed the file in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return `${relative(home, path)}: gone before it was hit`;
    throw error;
  }
}

const A_FOLDER = 'replaced by a folder';

const WAYS: readonly Way[] = [
  ['one bit flipped', (hit) => flipBits(hit, 1)],
  ['one bit flipped', (hit) => flipBits(hit, 1)],
  ['bits flipped', (hit) => flipBits(hit, 2 + Math.floor(hit.random() * 30))],
  ['truncated', truncate],
  ['zeros', (hit) => overwrite(hit, () => 0)],
  ['noise', (hit) => overwrite(hit, (random) => Math.floor(random() * 256))],
  [
    'deleted',
    ({ path }) => {
      rmSync(path, { force: true });
      return '';
    },
  ],
  [
    A_FOLDER,
    ({ path }) => {
      rmSync(path, { force: true });
      mkdirSync(path, { recursive: true });
      return '';
    },
  ],
];

function flipBits({ path, size, random }: Hit, count: number): string {
  const places: string[] = [];
  edit(path, (file) => {
    for (let i = 0; i < count; i++) {
      const at = Math.floor(random() * size);
      const bit = Math.floor(random() * 8);
      const byte = Buffer.alloc(1);
      readSync(file, byte, 0, 1, at);
      byte[0]! ^= 1 << bit;
      writeSync(file, byte, 0, 1, at);
      places.push(`${at}.${bit}`);
    }
  });
  return `at ${places.slice(0, 3).join(', ')}${count > 3 ? ` and ${count - 3} more` : ''} of ${size} bytes`;
}

function truncate({ path, size, random }: Hit): string {
  const left = Math.floor(random() * size);
  edit(path, (file) => ftruncateSync(file, left));
  return `to ${left} of ${size} bytes`;
}

function overwrite({ path, size, random }: Hit, byte: (random: () => number) => number): string {
  const from = Math.floor(random() * size);
  const length = Math.min(size - from, 1 + Math.floor(random() * 4_096));
  const bytes = Uint8Array.from({ length }, () => byte(random));
  edit(path, (file) => writeSync(file, bytes, 0, length, from));
  return `over ${length} bytes at ${from} of ${size}`;
}

/** Edits the file in place, as a disk would, so that a running server with the file open sees it. */
function edit(path: string, change: (file: number) => void): void {
  const file = openSync(path, 'r+');
  try {
    change(file);
  } finally {
    closeSync(file);
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name);
      if (LEFT_ALONE.test(relative(folder, path).split(sep).join('/'))) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) found.push(path);
    }
  };
  walk(folder);
  return found.sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Groups files by name: blocks, indexes, descriptions, databases, logs, records. */
function groupOf(path: string): string {
  const name = path.split(sep).at(-1)!;
  return name.replace(/\d+/g, 'N').replace(/-[0-9a-f-]{8,}/g, '-ID');
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
