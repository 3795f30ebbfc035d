// Finds the results of a finished search, and its ranking as a table, for routes that read them.
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Results } from '../../client/index.js';
import { ProblemError } from '../problem.js';
import type { OpenRanking } from '../rankings/open-rankings.js';
import type { Cell } from '../rankings/table-types.js';
import type { RouteSetting } from './route-setting.js';

export const FilterQuery = z
  .string()
  .max(2_000)
  .optional()
  .openapi({ description: 'such as `flops < 100M and rank <= 500`', example: 'rank <= 100' });

/**
 * The id and the results of a finished search. A running search is a problem, since the request does not wait
 * for it.
 */
export async function readFinishedResults(
  { zeroscout }: RouteSetting,
  given: string,
): Promise<{ readonly id: string; readonly results: Results }> {
  const { id, state } = await zeroscout.searches.get(given);
  if (state !== 'completed')
    throw new ProblemError({
      status: 409,
      code: 'no-results',
      detail: `search "${id}" has no results: it is ${state}`,
    });
  return { id, results: await zeroscout.searches.results(id) };
}

/**
 * What `read` finds in the ranking's table, which stays open until then. Browsers must revalidate the answer
 * every time, because `@last` may be another search by then.
 */
export async function withTable<T>(
  setting: RouteSetting,
  { context, id }: { readonly context: Context; readonly id: string },
  read: (table: OpenRanking) => Promise<T>,
): Promise<T> {
  const { results } = await readFinishedResults(setting, id);
  context.header('Cache-Control', 'private, no-cache');
  return setting.rankings.use(results, read);
}

/** The row at a rank; a problem if there is none. */
export async function readRowAt(table: OpenRanking, rank: number): Promise<Readonly<Record<string, Cell>>> {
  const [row] = (await table.page({ filter: `rank = ${rank}`, limit: 1 })).rows;
  if (row !== undefined) return row;
  throw new ProblemError({ status: 404, code: 'not-found', detail: `the ranking has no rank ${rank}` });
}
