// Stores written candidates in files, by chunks of the units as which they are scored.
import { join } from 'node:path';
import { appendBlock, readBlocks } from './blocks.js';

export interface NumberedMember {
  readonly candidate: string;
  readonly unit: string;
  readonly number: number;
}

/** The number of members of a chunk that are collected before they are written. */
const BLOCK_MEMBERS = 1_000;

/** Creates files in `folder`, one for each chunk of `chunkUnits` units. */
export function createMembers({
  folder,
  chunkUnits,
}: {
  readonly folder: string;
  readonly chunkUnits: number;
}) {
  const chunks = new Map<number, NumberedMember[]>();
  const path = (chunk: number) => join(folder, `members-${chunk}`);
  return {
    add: async (member: NumberedMember): Promise<void> => {
      const chunk = Math.floor(member.number / chunkUnits);
      const waiting = chunks.get(chunk) ?? [];
      chunks.set(chunk, waiting);
      waiting.push(member);
      if (waiting.length === BLOCK_MEMBERS) await appendBlock(path(chunk), waiting.splice(0));
    },
    /** Writes what is left; nothing may be added afterwards. */
    finish: async (): Promise<void> => {
      for (const [chunk, waiting] of chunks) await appendBlock(path(chunk), waiting);
    },
    of: (chunk: number) => readBlocks<NumberedMember>(path(chunk)),
  };
}
