// Defines the routes that serve the files of a finished search, as they are stored.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { isKnown } from '../etag.js';
import { describeJson, IdParameter, problems } from '../schemas.js';
import { streamBytes } from '../stream-bytes.js';
import { toJson } from '../to-json.js';
import { readFinishedResults } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

export function addDownloadRoutes(setting: RouteSetting): void {
  addSummary(setting);
  addRankingFile(setting);
  addFailuresFile(setting);
}

function addSummary(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/summary',
      operationId: 'getSummary',
      summary: 'summary.json of a finished search',
      request: { params: z.object({ id: IdParameter }) },
      responses: {
        200: describeJson(z.looseObject({ name: z.string(), id: z.string() }), 'the summary'),
        ...problems,
      },
    }),
    async (context) => {
      const { results } = await readFinishedResults(setting, context.req.valid('param').id);
      return context.json(toJson(results.summary), 200);
    },
  );
}

function addRankingFile(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/ranking.csv',
      operationId: 'downloadRanking',
      summary: 'ranking.csv, as it is stored',
      request: { params: z.object({ id: IdParameter }) },
      responses: {
        200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
        304: { description: 'the client has it' },
        ...problems,
      },
    }),
    async (context) => {
      const { id, results } = await readFinishedResults(setting, context.req.valid('param').id);
      const tag = `"${results.summary.rankingSha256}"`;
      if (isKnown(context.req.header('if-none-match'), tag)) return context.body(null, 304);
      const headers = {
        ETag: tag,
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${id}-ranking.csv"`,
      };
      return streamBytes(context, { bytes: results.csv(), headers, onFault: setting.onFault });
    },
  );
}

function addFailuresFile(setting: RouteSetting): void {
  const { app } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/failures.csv',
      operationId: 'downloadFailures',
      summary: 'Candidates that were set aside, with reasons',
      request: { params: z.object({ id: IdParameter }) },
      responses: {
        200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
        ...problems,
      },
    }),
    async (context) => {
      const { id, results } = await readFinishedResults(setting, context.req.valid('param').id);
      return context.body(results.failures, 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${id}-failures.csv"`,
      });
    },
  );
}
