// Formats the list of searches: as many as requested, and their total number.

import { formatTime } from '../../client/format-time.js';
import {
  countSearches,
  listSearches,
  type SearchFilter,
  type SearchRow,
} from '../../client/searches/list-searches.js';
import { SpecError } from '../../core/errors.js';
import type { Session } from '../session.js';
import { createTable } from './table.js';
import { note, print, printJson } from './terminal.js';

/** The number of rows that people see by default. */
const LISTED = 50;

export interface ListOptions extends SearchFilter {
  readonly json?: true;
  readonly limit?: number;
  readonly all?: true;
}

export async function showSearches(
  { client, connections, home }: Session,
  options: ListOptions,
): Promise<void> {
  if (options.all && options.limit !== undefined)
    throw SpecError.of({ path: '--limit', message: 'cannot be combined with --all' });
  // A program reads all searches unless it asks for fewer.
  const limit = options.limit ?? (options.all || options.json ? Number.POSITIVE_INFINITY : LISTED);
  const { state, name } = options;
  const { rows, total } = await readRows({ session: { client }, limit, filter: { state, name } });
  if (options.json) printJson(rows);
  if (rows.length < total) note(`${rows.length} of ${total} searches; --all shows every one`);
  if (options.json) return;
  if (!rows.length)
    return note(
      state || name
        ? 'no such searches; zeroscout status --all shows every one'
        : `no searches yet${connections.temporal.source === 'embedded' ? ` in ${home.root}; each folder has its own, ZEROSCOUT_HOME names one for all` : ''}; start one: zeroscout run SPEC.yaml`,
    );
  print(tableOf(rows));
  if (connections.temporal.webAddress) note(`web page: ${connections.temporal.webAddress}`);
}

async function readRows({
  session: { client },
  limit,
  filter,
}: {
  readonly session: Pick<Session, 'client'>;
  readonly limit: number;
  readonly filter: SearchFilter;
}): Promise<{ readonly rows: readonly SearchRow[]; readonly total: number }> {
  const counted = await countSearches({ client, ...filter });
  const rows: SearchRow[] = [];
  let found = 0;
  for await (const row of listSearches({ client, ...filter })) {
    found++;
    if (rows.length < limit) rows.push(row);
    else if (counted !== undefined) break;
  }
  return { rows, total: Math.max(counted ?? 0, found) };
}

function tableOf(rows: readonly SearchRow[]): string {
  const table = createTable(['id', 'space', 'state', 'progress', 'started']);
  for (const { id, space, state, progress, counts, started } of rows) {
    const done = counts ? (counts.candidates ? `${counts.done} of ${counts.planned}` : '-') : progress;
    table.push([id, space, state, done, formatTime({ time: Date.parse(started) })]);
  }
  return table.toString();
}
