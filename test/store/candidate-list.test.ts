// Tests that every range of a list of candidates is the same range of what was written, across its chunks.
import { expect, test } from 'vitest';
import { BlobError } from '../../core/errors.js';
import { readCandidates, writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';

/** The number of candidates in a chunk. */
const CHUNK = 4096;
const { blobs } = createMemoryStore();

async function readAll(...args: Parameters<typeof readCandidates>): Promise<string[]> {
  const found: string[] = [];
  for await (const candidate of readCandidates(...args)) found.push(candidate);
  return found;
}

const textOf = (index: number) => `candidate ${index}`;

test.each([0, 1, CHUNK, CHUNK + 1])('a list of %i', async (count) => {
  const candidates = Array.from({ length: count }, (_, i) => textOf(i));
  const list = await writeCandidateList(blobs, candidates);
  expect(list.count).toBe(count);
  expect(await readAll(blobs, list)).toEqual(candidates);
});

test('ranges that begin and end before, at and behind the edges of chunks', async () => {
  const candidates = Array.from({ length: 2 * CHUNK + 5 }, (_, i) => textOf(i));
  const list = await writeCandidateList(blobs, candidates);
  const edges = [0, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, candidates.length];
  for (const from of edges)
    for (const to of edges.filter((edge) => edge >= from))
      expect(await readAll(blobs, list, { from, to })).toEqual(candidates.slice(from, to));
});

test('a list that is not as long as its reference says is refused', async () => {
  const { digest } = await writeCandidateList(blobs, ['a', 'b', 'c']);
  for (const count of [2, 4]) await expect(readAll(blobs, { digest, count })).rejects.toThrow(BlobError);
});
