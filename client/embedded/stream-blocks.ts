// Looks at the blocks in which the embedded nats-server keeps its streams, for damage that it does not survive by itself.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from './home.js';

/**
 * nats-server starts from an index, and believes it. Where a record's length or sequence number does not fit, it then
 * counts up to a number of 2^60 before it starts, or it drops what follows, acknowledges what is stored from then on,
 * and cannot read it (docs/decisions/0024). Without the index it reads every record, checks it, and cuts a block off
 * where it is damaged.
 */
const INDEX = 'index.db';

/** Before a record: its length, its sequence number, its time, the length of its subject. Behind it: its checksum. */
const HEADER_BYTES = 22;
const CHECKSUM_BYTES = 8;
const LENGTH_MASK = 0x7fffffff;
const ERASED = 1n << 63n;
const TOMBSTONE = 1n << 62n;
/** From a gap in the sequence numbers as large as this on, nats-server takes seconds to count through it. */
const LONGEST_GAP = 1n << 22n;

/** Streams whose blocks the server must read without its index, while it is down. Takes a second for some millions of scores. */
export function damagedStreams(home: Home): string[] {
  const indexed = streamsOf(home).filter((stream) => existsSync(join(folderOf(home, stream), 'msgs', INDEX)));
  return indexed.filter((stream) => !areSound({ home, stream, blocks: 'all' }));
}

/** Looks and pauses: a record that is being written looks cut off. */
const LOOKS = 3;
const LOOK_PAUSE_MS = 150;

/** A stream of a running server whose last block is damaged: what is stored there from now on cannot be read before a restart. */
export async function damagedWhileRunning(home: Home): Promise<string | undefined> {
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

/** Moves a stream out of the server's way, for the case that it cannot even be read without its index; answers where to. */
export function setStreamAside({ home, stream }: { readonly home: Home; readonly stream: string }): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const target = join(home.nats, `${stream}.damaged-${stamp}`);
  renameSync(folderOf(home, stream), target);
  return target;
}

/** The stream at whose restoring the server's log of a start ends. */
export function stuckStream(log: string): string | undefined {
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
      // A running server may have removed it meanwhile.
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

/** The last sequence number of a block, or undefined where its records do not fit together. */
function lastSequence({
  bytes,
  after,
}: {
  readonly bytes: Buffer;
  readonly after: bigint;
}): bigint | undefined {
  // A compressed block, which an operator's own setting makes, is left to the server.
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
    // It only says that an earlier message is gone.
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
