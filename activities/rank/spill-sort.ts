// Sorts any number of rows; rows that do not fit into memory are stored in files.
import { join } from 'node:path';
import { appendBlock, readBlocks } from './blocks.js';

/** The number of rows of each run that are in memory while runs are merged. */
const BLOCK_ROWS = 250;

interface SortRowsArguments<T> {
  readonly rows: AsyncIterable<readonly T[]>;
  readonly compare: (a: T, b: T) => number;
  readonly runRows: number;
  readonly folder: string;
}

/**
 * External merge sort: sorts `runRows` rows at a time, writes each run but the last to `folder`, then merges
 * all runs.
 */
export async function* sortRows<T>({
  rows,
  compare,
  runRows,
  folder,
}: SortRowsArguments<T>): AsyncGenerator<readonly T[]> {
  const runs: AsyncGenerator<readonly T[]>[] = [];
  let run: T[] = [];
  for await (const block of rows) {
    run.push(...block);
    if (run.length < runRows) continue;
    const path = join(folder, `run-${runs.length}`);
    await write(path, run.sort(compare));
    runs.push(readBlocks<T>(path));
    run = [];
  }
  run.sort(compare);
  if (runs.length === 0) yield run;
  else yield* mergeRuns({ runs: [...runs, one(run)], compare });
}

async function write<T>(path: string, rows: readonly T[]): Promise<void> {
  for (let at = 0; at < rows.length; at += BLOCK_ROWS)
    await appendBlock(path, rows.slice(at, at + BLOCK_ROWS));
}

async function* one<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  yield rows;
}

/** Merges the runs, and closes their files however the merge ends. */
async function* mergeRuns<T>({
  runs,
  compare,
}: {
  readonly runs: readonly AsyncGenerator<readonly T[]>[];
  readonly compare: (a: T, b: T) => number;
}): AsyncGenerator<readonly T[]> {
  const all = runs.map((blocks): Cursor<T> => ({ blocks, block: [], at: 0 }));
  try {
    yield* mergeCursors({ all, compare });
  } finally {
    for (const { blocks } of all) await blocks.return(undefined);
  }
}

/** Merges with a binary heap of the runs, ordered by the next row of each. */
async function* mergeCursors<T>({
  all,
  compare,
}: {
  readonly all: readonly Cursor<T>[];
  readonly compare: (a: T, b: T) => number;
}): AsyncGenerator<readonly T[]> {
  let out: T[] = [];
  const cursors: Cursor<T>[] = [];
  for (const cursor of all) if (await refill(cursor)) cursors.push(cursor);
  const first = (cursor: Cursor<T>) => cursor.block[cursor.at]!;
  const before = (a: Cursor<T>, b: Cursor<T>) => compare(first(a), first(b)) < 0;
  cursors.sort((a, b) => compare(first(a), first(b)));
  while (cursors.length > 0) {
    const top = cursors[0]!;
    out.push(first(top));
    if (out.length === BLOCK_ROWS) {
      yield out;
      out = [];
    }
    top.at += 1;
    if (top.at === top.block.length && !(await refill(top))) {
      cursors[0] = cursors.at(-1)!;
      cursors.pop();
    }
    sink(cursors, before);
  }
  yield out;
}

interface Cursor<T> {
  readonly blocks: AsyncGenerator<readonly T[]>;
  block: readonly T[];
  at: number;
}

async function refill<T>(cursor: Cursor<T>): Promise<boolean> {
  const { done, value } = await cursor.blocks.next();
  if (done || value.length === 0) return false;
  cursor.block = value;
  cursor.at = 0;
  return true;
}

/** Sinks the root of a heap to its place. */
function sink<C>(heap: C[], before: (a: C, b: C) => boolean): void {
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
    if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}
