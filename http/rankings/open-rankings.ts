// Keeps the rankings that people look at open as tables, and closes those that are no longer used.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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
export type OpenRanking = Omit<RankingTable, 'close'> & { readonly digest: string };

export interface OpenRankings {
  /**
   * Passes the table of a finished search's ranking to `read`, and keeps it open until that has ended. The
   * first call for a ranking creates the table, which reads the whole ranking.
   */
  use<T>(results: RankingSource, read: (table: OpenRanking) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type RankingSource = Pick<Results, 'csv'> & {
  readonly summary: Pick<Results['summary'], 'rankingSha256'>;
};

/** Each table is a file in a new folder within `folder`. */
export function createOpenRankings(folder: string): OpenRankings {
  const held = new Set<HeldTable>();
  const latest = new LRUCache<string, HeldTable>({ max: OPEN, dispose: (table) => table.release() });
  const open = (results: RankingSource): HeldTable => {
    const digest = createHash('sha256').update(results.summary.rankingSha256).digest('hex').slice(0, 32);
    const known = latest.get(digest);
    if (known) return known;
    const table = holdTable(openTable({ folder, digest, results }), () => held.delete(table));
    held.add(table);
    latest.set(digest, table);
    table.opening.catch(() => {
      if (latest.peek(digest) === table) latest.delete(digest);
    });
    return table;
  };
  return {
    use: async (results, read) => {
      const table = open(results);
      table.hold();
      try {
        return await read(await table.opening);
      } finally {
        table.release();
      }
    },
    close: async () => {
      await Promise.all([...held].map((table) => table.close()));
    },
  };
}

/** A table that closes when its last holder releases it. Its first holder is whoever created it. */
interface HeldTable {
  readonly opening: Promise<OpenRanking & Pick<RankingTable, 'close'>>;
  hold(): void;
  release(): void;
  /** Closes the table whoever holds it. */
  close(): Promise<void>;
}

function holdTable(opening: HeldTable['opening'], onClosed: () => void): HeldTable {
  let holders = 1;
  const close = async () => {
    const [opened] = await Promise.allSettled([opening]);
    try {
      if (opened.status === 'fulfilled') await opened.value.close();
    } finally {
      onClosed();
    }
  };
  let closing: Promise<void> | undefined;
  const closeOnce = () => (closing ??= close());
  return {
    opening,
    hold: () => {
      holders++;
    },
    release: () => {
      holders--;
      // Nobody waits for it, and what it leaves behind goes with the folder when the server ends.
      if (holders === 0) void closeOnce().catch(() => {});
    },
    close: closeOnce,
  };
}

/** Closing the table removes its file. */
async function openTable({
  folder,
  digest,
  results,
}: {
  readonly folder: string;
  readonly digest: string;
  readonly results: RankingSource;
}): HeldTable['opening'] {
  // A table of the same ranking may still be open in a folder of its own. The folders have none around them, which a
  // program that removes old files from the system's temporary folder would take when no table has been open for days.
  const own = await mkdtemp(join(folder, 'zeroscout-ranking-'));
  const remove = () => rm(own, { recursive: true, force: true });
  const csv = join(own, 'ranking.csv');
  try {
    await pipeline(Readable.from(results.csv()), createWriteStream(csv));
    const table = await openRankingTable({ database: join(own, 'ranking.duckdb'), csv });
    await rm(csv);
    return {
      digest,
      ...table,
      close: async () => {
        await table.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
