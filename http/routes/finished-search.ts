// Finds the results of a finished search, and its ranking as a table, for routes that read them.
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Results } from '../../client/index.js';
import { ProblemError } from '../problem.js';
import type { OpenRanking } from '../rankings/open-rankings.js';
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
 * The ranking as a table. Browsers must revalidate it every time, because `@last` may be another search by
 * then.
 */
export async function tableOf(
  setting: RouteSetting,
  { context, id }: { readonly context: Context; readonly id: string },
): Promise<OpenRanking> {
  const { results } = await readFinishedResults(setting, id);
  context.header('Cache-Control', 'private, no-cache');
  return setting.rankings.open(results);
}
