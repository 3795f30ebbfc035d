// Defines the routes for the data of a ranking's charts: statistics, histograms and grids, for any number of
// candidates.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { usualParameter } from '../parameters.js';
import { describeJson, IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { FilterQuery, withTable } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const AxisSchema = z.object({ column: z.string(), low: z.number(), high: z.number(), steps: z.int() });

export function addPictureRoutes(setting: RouteSetting): void {
  addStatistics(setting);
  addHistogram(setting);
  addGrid(setting);
}

function addStatistics(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/statistics',
      operationId: 'getStatistics',
      summary: 'Count, range, mean, deviation and quantiles of every numeric column',
      request: { params: z.object({ id: IdParameter }), query: z.object({ filter: FilterQuery }) },
      responses: {
        200: describeJson(
          z.record(
            z.string(),
            z.object({
              count: z.int(),
              min: z.number().nullable(),
              max: z.number().nullable(),
              mean: z.number().nullable(),
              deviation: z.number().nullable(),
              quantiles: z.record(z.string(), z.number().nullable()),
            }),
          ),
          'by column',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.statistics(context.req.valid('query')),
      );
      return context.json(found, 200);
    },
  );
}

function addHistogram(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/histogram',
      operationId: 'getHistogram',
      summary: 'How the values of a column are distributed',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          filter: FilterQuery,
          column: z.string().min(1).max(200),
          bins: usualParameter({ min: 1, max: 500, usual: 50 }),
          trim: z.coerce
            .number()
            .min(0)
            .max(0.4)
            .default(0)
            .openapi({ description: 'share of the rows that is left out at either end' }),
        }),
      },
      responses: {
        200: describeJson(
          z.object({
            column: z.string(),
            bins: z.array(z.object({ low: z.number(), high: z.number(), count: z.int() })),
            outside: z.int(),
          }),
          'the bins',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.histogram(context.req.valid('query')),
      );
      return context.json(toJson(found), 200);
    },
  );
}

function addGrid(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking/grid',
      operationId: 'getGrid',
      summary: 'Cells of a grid that hold candidates, for a scatter plot of any size',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          filter: FilterQuery,
          x: z.string().min(1).max(200),
          y: z.string().min(1).max(200),
          columns: usualParameter({ min: 1, max: 500, usual: 160 }),
          rows: usualParameter({ min: 1, max: 500, usual: 100 }),
        }),
      },
      responses: {
        200: describeJson(
          z.object({
            x: AxisSchema,
            y: AxisSchema,
            cells: z.array(z.object({ x: z.int(), y: z.int(), count: z.int(), best: z.int() })),
            outside: z.int(),
          }),
          'the grid; `best` is the least rank in a cell',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const found = await withTable(setting, { context, id: context.req.valid('param').id }, (table) =>
        table.grid(context.req.valid('query')),
      );
      return context.json(toJson(found), 200);
    },
  );
}
