// Keeps the rankings that people look at open as tables, and closes those that are no longer used.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LRUCache } from 'lru-cache';
import type { Results } from '../../client/index.js';
import { openRankingTable } from './ranking-table.js';
import type { RankingTable } from './table-types.js';

/** The most rankings that are open at a time; each may use as much memory as DuckDB's limit. */
const OPEN = 2;

/** `digest` identifies the content of the ranking. */
export type OpenRanking = RankingTable & { readonly digest: string };

export interface OpenRankings {
  /** The table of a finished search's ranking. The first call creates it, which reads the whole ranking. */
  open(results: Results): Promise<OpenRanking>;
  close(): Promise<void>;
}

export async function createOpenRankings(): Promise<OpenRankings> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-rankings-'));
  const tables = new LRUCache<string, Promise<OpenRanking>>({
    max: OPEN,
    dispose: (table) =>
      void table.then(
        (open) => open.close(),
        () => {},
      ),
  });
  const make = async (key: string, results: Results): Promise<OpenRanking> => {
    const own = join(folder, key);
    await mkdir(own, { recursive: true });
    const csv = join(own, 'ranking.csv');
    await pipeline(Readable.from(results.csv()), createWriteStream(csv));
    const database = join(own, 'ranking.duckdb');
    await rm(database, { force: true });
    try {
      return { digest: key, ...(await openRankingTable({ database, csv })) };
    } finally {
      await rm(csv, { force: true });
    }
  };
  return {
    open: (results) => {
      const key = createHash('sha256').update(results.summary.rankingSha256).digest('hex').slice(0, 32);
      const known = tables.get(key);
      if (known) return known;
      const made = make(key, results);
      tables.set(key, made);
      made.catch(() => tables.delete(key));
      return made;
    },
    close: async () => {
      const open = [...tables.values()];
      await Promise.allSettled(open.map(async (table) => (await table).close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
