// Reads a ranking.csv from the blob store, one block of rows in memory at a time.
import { setImmediate } from 'node:timers/promises';
import { createRankingReader, type RankingRow } from '../core/report/ranking-csv.js';
import type { BlobStore } from './store.js';

/**
 * Throws a BlobError at the end of a ranking that does not match its digest. Between two blocks other work of
 * the program has its turn, however long the ranking is.
 */
export async function* readRanking(
  blobs: Pick<BlobStore, 'stream'>,
  digest: string,
): AsyncGenerator<readonly RankingRow[]> {
  const decoder = new TextDecoder();
  const reader = createRankingReader();
  for await (const piece of blobs.stream(digest)) {
    const rows = reader.push(decoder.decode(piece, { stream: true }));
    if (rows.length > 0) yield rows;
    await setImmediate();
  }
  yield [...reader.push(decoder.decode()), ...reader.end()];
}
