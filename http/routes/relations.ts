// Defines the routes for relations between columns of a ranking: Pareto fronts, rank correlations, samples of
// rows.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { usualParameter } from '../parameters.js';
import { CellSchema, describeJson, IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { FilterQuery, withTable } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const Column = z.string().min(1).max(200);

export function addRelationRoutes(setting: RouteSetting): void {
  addFront(setting);
  addCorrelations(setting);
  addSample(setting);
}

function addFront(setting: RouteSetting): void {
  setting.app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/front',
      operationId: 'getFront',
      summary: 'Candidates than which no other has as little of one column and as much of another',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({ filter: FilterQuery, x: Column, y: Column.default('score') }),
      },
      responses: {
        200: describeJson(
          z.array(z.object({ rank: z.int(), candidate: z.string(), x: z.number(), y: z.number() })),
          'the front, the least `x` first',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.front(context.req.valid('query')),
      );
      return context.json(toJson(found), 200);
    },
  );
}

function addCorrelations(setting: RouteSetting): void {
  setting.app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/correlations',
      operationId: 'getCorrelations',
      summary: 'Spearman correlation of every pair of numeric columns, over 20,000 rows at most',
      request: { params: z.object({ id: IdParameter }), query: z.object({ filter: FilterQuery }) },
      responses: {
        200: describeJson(
          z.object({
            columns: z.array(z.string()),
            rows: z.int(),
            values: z.array(z.array(z.number().nullable())),
          }),
          'the matrix; null where a column is constant',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.correlations(context.req.valid('query')),
      );
      return context.json(toJson(found), 200);
    },
  );
}

function addSample(setting: RouteSetting): void {
  setting.app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/sample',
      operationId: 'sampleRanking',
      summary: 'Rows of the ranking drawn at random, the same each time',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          filter: FilterQuery,
          size: usualParameter({ min: 1, max: 5_000, usual: 500 }),
        }),
      },
      responses: { 200: describeJson(z.array(z.record(z.string(), CellSchema)), 'the rows'), ...problems },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.sample(context.req.valid('query')),
      );
      return context.json(toJson(found), 200);
    },
  );
}
