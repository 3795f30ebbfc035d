// Finds the records in the block files of a NATS stream, so that tests can damage them bit by bit while the
// server is down.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Offsets within a record of a block, as nats-server's file store writes it. */
export const RECORD = { length: 0, sequence: 4, time: 12, subjectLength: 20, subject: 22 } as const;

export interface Block {
  readonly path: string;
  readonly bytes: Buffer;
  /** The offset and length of each record. */
  readonly records: readonly { readonly at: number; readonly length: number }[];
}

/** The blocks of a stream, oldest first. */
export function blocksOf({ dir, stream }: { readonly dir: string; readonly stream: string }): Block[] {
  const folder = join(dir, 'jetstream', '$G', 'streams', stream, 'msgs');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.blk'))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => readBlock(join(folder, name)));
}

function readBlock(path: string): Block {
  const bytes = readFileSync(path);
  const records = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at) & 0x7fffffff;
    records.push({ at, length });
    at += length;
  }
  return { path, bytes, records };
}

/** Flips one bit, counted from the beginning of the record. */
export function flipBit(block: Block, record: number, bit: number): void {
  block.bytes[block.records[record]!.at + (bit >> 3)]! ^= 1 << (bit & 7);
}

export function saveBlock({ path, bytes }: Block): void {
  writeFileSync(path, bytes);
}
