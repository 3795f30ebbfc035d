// Checks the block files of the embedded nats-server's streams for damage that the server does not survive.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from './home.js';

/**
 * nats-server starts from an index, which it trusts. If a record's length or sequence number is damaged, it
 * either counts up to a number near 2^60 before it starts, or it drops what follows, acknowledges what is
 * stored from then on, and cannot read it (docs/decisions/0024-damaged-facts.md). Without the index it reads
 * and checks every record, and truncates a block where it is damaged.
 */
const INDEX = 'index.db';

/**
 * A record begins with its length, sequence number, time and length of subject, and ends with its checksum.
 */
const HEADER_BYTES = 22;
const CHECKSUM_BYTES = 8;
const LENGTH_MASK = 0x7fffffff;
const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;
/** The size of a gap in the sequence numbers from which nats-server takes seconds to count through it. */
const LONGEST_GAP = 1n << 22n;

/**
 * Streams whose blocks the server must read without its index, while it is down. This takes a second for some
 * millions of scores.
 */
export function findDamagedStreams(home: Home): string[] {
  const indexed = streamsOf(home).filter((stream) => existsSync(join(folderOf(home, stream), 'msgs', INDEX)));
  return indexed.filter((stream) => !areSound({ home, stream, blocks: 'all' }));
}

/** The number of looks, with pauses, because a record that is being written looks truncated. */
const LOOKS = 3;
const LOOK_PAUSE_MS = 150;

/**
 * A stream of a running server whose last block is damaged: what is stored in it cannot be read until a
 * restart.
 */
export async function findDamageWhileRunning(home: Home): Promise<string | undefined> {
  let suspects = streamsOf(home);
  for (let look = 1; suspects.length > 0 && look <= LOOKS; look++) {
    if (look > 1) await sleep(LOOK_PAUSE_MS);
    suspects = suspects.filter((stream) => !areSound({ home, stream, blocks: 'last' }));
  }
  return suspects[0];
}

/** Makes the server read every record of the stream at its next start. */
export function dropIndex({ home, stream }: { readonly home: Home; readonly stream: string }): void {
  rmSync(join(folderOf(home, stream), 'msgs', INDEX), { recursive: true, force: true });
}

/** Moves a stream aside that cannot be read even without its index; returns its new path. */
export function setStreamAside({ home, stream }: { readonly home: Home; readonly stream: string }): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const target = join(home.nats, `${stream}.damaged-${stamp}`);
  renameSync(folderOf(home, stream), target);
  return target;
}

/** The stream that was being restored where the server's log ends. */
export function findStuckStream(log: string): string | undefined {
  const [, open] = [...log.matchAll(/Starting restore for stream '\$G > ([^']+)'/g)]
    .filter(([, stream]) => !new RegExp(`Restored .* for stream '\\$G > ${stream}'`).test(log))
    .at(-1) ?? [undefined, undefined];
  return open;
}

function streamsFolder(home: Home): string {
  return join(home.nats, 'jetstream', '$G', 'streams');
}

function folderOf(home: Home, stream: string): string {
  return join(streamsFolder(home), stream);
}

function streamsOf(home: Home): string[] {
  try {
    return readdirSync(streamsFolder(home));
  } catch {
    return [];
  }
}

function areSound({
  home,
  stream,
  blocks,
}: {
  readonly home: Home;
  readonly stream: string;
  readonly blocks: 'all' | 'last';
}): boolean {
  const folder = join(folderOf(home, stream), 'msgs');
  let last = 0n;
  for (const name of blocksIn(folder).slice(blocks === 'last' ? -1 : 0)) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(folder, name));
    } catch (error) {
      // A running server may have removed it in the meantime.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return false;
    }
    const end = lastSequence({ bytes, after: last });
    if (end === undefined) return false;
    last = end;
  }
  return true;
}

function blocksIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.blk'))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  } catch {
    return [];
  }
}

/** The last sequence number of a block, or undefined if its records are inconsistent. */
function lastSequence({
  bytes,
  after,
}: {
  readonly bytes: Buffer;
  readonly after: bigint;
}): bigint | undefined {
  // Compressed blocks, which an operator may have configured, are left to the server.
  if (bytes.subarray(0, 3).toString('latin1') === 'cmp') return after;
  let last = after;
  for (let at = 0; at < bytes.length; ) {
    if (at + HEADER_BYTES + CHECKSUM_BYTES > bytes.length) return undefined;
    const length = bytes.readUInt32LE(at) & LENGTH_MASK;
    const subjectLength = bytes.readUInt16LE(at + 20);
    if (length < HEADER_BYTES + CHECKSUM_BYTES + subjectLength || at + length > bytes.length)
      return undefined;
    const sequence = bytes.readBigUInt64LE(at + 4);
    at += length;
    // A tombstone only records that an earlier message was deleted.
    if (sequence & TOMBSTONE) {
      if (subjectLength > 0) return undefined;
      continue;
    }
    const number = sequence & ~ERASED;
    const isNext = number > last && (last === 0n || number - last < LONGEST_GAP);
    if (!isNext) return undefined;
    last = number;
  }
  return last;
}
