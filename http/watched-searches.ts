// Reads the list of searches that the page shows live: the newest, with the progress and the waiting tasks of
// those that run.
import type { SearchRow, Zeroscout } from '../client/index.js';

/** The number of searches in the list. */
const SHOWN = 50;
/**
 * The most running searches that are queried for their progress; further ones are listed with the progress
 * that they last recorded.
 */
const ASKED = 12;

export type WatchedSearch = SearchRow & {
  /** What the search waits for, in words. */
  readonly waiting?: string;
};

export async function listWatchedSearches({
  searches,
}: Pick<Zeroscout, 'searches'>): Promise<readonly WatchedSearch[]> {
  const rows: SearchRow[] = [];
  for await (const row of searches.list()) {
    if (rows.push(row) === SHOWN) break;
  }
  const running = new Set(rows.filter(({ ended }) => ended === null).slice(0, ASKED));
  return Promise.all(rows.map((row) => (running.has(row) ? withProgress({ searches }, row) : row)));
}

/** A search that ends meanwhile, or does not answer, keeps the row that Temporal lists for it. */
async function withProgress(
  { searches }: Pick<Zeroscout, 'searches'>,
  row: SearchRow,
): Promise<WatchedSearch> {
  try {
    const { progress, waiting } = await searches.get(row.id);
    const counts = progress && {
      candidates: progress.candidates,
      planned: progress.planned,
      done: progress.done,
      failed: progress.failed,
    };
    return {
      ...row,
      ...(counts ? { counts } : {}),
      ...(waiting ? { waiting: waiting.message } : {}),
    };
  } catch {
    return row;
  }
}
