// Reads the list of searches that the page shows live: the newest, and of those that run how far they are and what they wait for.
import type { SearchRow, Zeroscout } from '../client/index.js';

/** Searches in the list. */
const SHOWN = 50;
/** Running searches that are asked themselves; of more than these the list says what they wrote last. */
const ASKED = 12;

export type WatchedSearch = SearchRow & {
  /** What it waits for, in words. */
  readonly waiting?: string;
};

export async function watchedSearches({
  searches,
}: Pick<Zeroscout, 'searches'>): Promise<readonly WatchedSearch[]> {
  const rows: SearchRow[] = [];
  for await (const row of searches.list()) {
    if (rows.push(row) === SHOWN) break;
  }
  const running = new Set(rows.filter(({ ended }) => ended === null).slice(0, ASKED));
  return Promise.all(rows.map((row) => (running.has(row) ? withProgress({ searches }, row) : row)));
}

/** A search that ends meanwhile, or does not answer, keeps the row that Temporal has of it. */
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
