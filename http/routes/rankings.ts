// Defines the routes that read rows of a ranking: filtered and sorted pages, and the row of one candidate.
import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { badCursor, type CursorParts, CursorQuery, readCursor, writeCursor } from '../cursor.js';
import { usualParameter } from '../parameters.js';
import { ProblemError } from '../problem.js';
import type { OpenRanking } from '../rankings/open-rankings.js';
import type { Sort } from '../rankings/table-types.js';
import { CellSchema, describeJson, IdParameter, problems, RankingPageSchema } from '../schemas.js';
import { toJson } from '../to-json.js';
import { FilterQuery, withTable } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const MOST = 1_000;
/** A candidate's text is part of the address, which fits below the server's limit in any script. */
const LONGEST_CANDIDATE = 8_000;
const SortQuery = z
  .string()
  .max(200)
  .optional()
  .openapi({ description: 'a column; with a minus before it the largest come first', example: '-score' });

export function addRankingRoutes(setting: RouteSetting): void {
  addPage(setting);
  addCandidate(setting);
}

function addPage(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking',
      operationId: 'getRanking',
      summary: 'A page of the ranking, filtered and sorted',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          filter: FilterQuery,
          sort: SortQuery,
          offset: usualParameter({ min: 0, max: 1e12, usual: 0 }),
          limit: usualParameter({ min: 1, max: MOST, usual: 100 }),
          cursor: CursorQuery,
          candidate: z
            .string()
            .max(LONGEST_CANDIDATE)
            .optional()
            .openapi({ description: 'begin at the page that holds this candidate, in place of `offset`' }),
        }),
      },
      responses: { 200: describeJson(RankingPageSchema, 'the page'), ...problems },
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      const query = context.req.valid('query');
      const page = await withTable(setting, { context, id }, (table) => readPage(table, query));
      return context.json(page, 200);
    },
  );
}

interface PageQuery {
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
  readonly offset: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly candidate?: string | undefined;
}

async function readPage(
  table: OpenRanking,
  { filter, sort: written, limit, candidate, cursor, ...query }: PageQuery,
) {
  const sort = readSort(written);
  const selection = { filter, ...(sort ? { sort } : {}) };
  const order = digestOf([table.digest, filter ?? '', written ?? '']);
  let { offset } = query;
  if (cursor !== undefined) offset = readOffset(cursor, order);
  if (candidate !== undefined) {
    const at = await table.position({ ...selection, candidate });
    if (at === undefined) throw notFound(candidate);
    offset = at - (at % limit);
  }
  const { total, rows } = await table.page({ ...selection, offset, limit });
  const columns = [...table.columns].map(([name, kind]) => ({ name, kind }));
  const end = offset + rows.length;
  const next = rows.length > 0 && end < total ? writeCursor([order, end]) : null;
  return { columns, total, all: table.total, offset, rows: toJson(rows), next };
}

function addCandidate(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/candidate',
      operationId: 'getCandidate',
      summary: 'The row of one candidate',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({ candidate: z.string().min(1).max(LONGEST_CANDIDATE) }),
      },
      responses: { 200: describeJson(z.record(z.string(), CellSchema), 'the row'), ...problems },
    }),
    async (context) => {
      const { candidate } = context.req.valid('query');
      const { id } = context.req.valid('param');
      const row = await withTable(setting, { context, id }, (table) => table.row(candidate));
      if (row === undefined) throw notFound(candidate);
      return context.json(toJson(row), 200);
    },
  );
}

/** A finished ranking never changes, so an offset is a place in it, given its filter and its order. */
function readOffset(cursor: string, order: string): number {
  const [of, offset] = readCursor(cursor, isOrderAndOffset);
  if (of === order) return offset;
  throw badCursor('the cursor belongs to another ranking, filter or sort; send those of the page before');
}

function isOrderAndOffset(parts: CursorParts): parts is readonly [string, number] {
  const [order, offset] = parts;
  return typeof order === 'string' && Number.isSafeInteger(offset) && Number(offset) >= 0;
}

function digestOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
}

function readSort(text: string | undefined): Sort | undefined {
  if (text === undefined || text === '') return undefined;
  return text.startsWith('-')
    ? { column: text.slice(1), direction: 'desc' }
    : { column: text, direction: 'asc' };
}

function notFound(candidate: string): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'not-found',
    detail: `no candidate ${JSON.stringify(candidate.slice(0, 200))} among these rows`,
  });
}
