// Damages one file of a home folder, as a disk, a crash or a person would, drawn from a seeded generator; says what it did.
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
  /** More folders whose files may be hit, for instance the results. */
  readonly others?: readonly string[];
  /** From 0 to 1, without 1. */
  readonly random: () => number;
  /** Which files may be hit; all unless told. */
  readonly only?: (path: string) => boolean;
}

type Way = readonly [name: string, hit: (given: Hit) => string];

interface Hit {
  readonly path: string;
  readonly size: number;
  readonly random: () => number;
}

/** Programs are fetched once and shared; what is set aside is nobody's any more. */
const LEFT_ALONE = /(^|\/)(bin|[^/]*\.damaged-[^/]*|[^/]*\.unfinished-[^/]*)(\/|$)/;

/** What happened, for a person, or undefined where there is no file to hit. */
export function damage({ home, others = [], random, only = () => true }: DamageOptions): string | undefined {
  const files = [home, ...others].flatMap((folder) =>
    filesIn(folder).map((path) => ({ path, group: groupOf(relative(folder, path)) })),
  );
  const hittable = files.filter(({ path }) => only(path));
  // Groups first: there are more files of a search than of anything else, and all kinds should be hit.
  const groups = [...new Set(hittable.map(({ group }) => group))].sort();
  if (groups.length === 0) return undefined;
  const group = pick(groups, random);
  const { path } = pick(
    hittable.filter((file) => file.group === group),
    random,
  );
  const way = pick(WAYS, random);
  // A folder among the results is a person's, and refused with its name instead of being removed.
  const [name, hit] = way[0] === A_FOLDER && !path.startsWith(home) ? WAYS[0]! : way;
  try {
    const size = statSync(path).size;
    return `${relative(home, path)}: ${name}${size > 0 || name === 'deleted' ? ` ${hit({ path, size, random })}` : ' (empty)'}`;
  } catch (error) {
    // A running server may have removed the file meanwhile.
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

/** In its place, as a disk would: a running server that has the file open sees it. */
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

/** Blocks, indexes, descriptions, databases, logs, records: what is named alike is one group. */
function groupOf(path: string): string {
  const name = path.split(sep).at(-1)!;
  return name.replace(/\d+/g, 'N').replace(/-[0-9a-f-]{8,}/g, '-ID');
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
