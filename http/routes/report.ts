// Defines the route that hands out the report of a finished search as one HTML file.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { withParameters } from '../parameters.js';
import { IdParameter, problems } from '../schemas.js';
import { readFinishedResults } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

/** The most searches with which one is compared. */
const MOST = 7;

export function addReportRoute(setting: RouteSetting): void {
  const { app, zeroscout } = setting;
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/report',
      operationId: 'downloadReport',
      summary: 'A finished search as one HTML file to hand on',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          compare: z
            .string()
            .max(2_000)
            .default('')
            .transform((text) => text.split(',').filter((id) => id !== ''))
            .pipe(z.array(z.string()).max(MOST))
            .openapi({
              type: 'string',
              description: 'ids of other finished searches of the same space, joined by commas',
            }),
        }),
      },
      responses: {
        200: {
          description: 'HTML without scripts, which requests nothing',
          content: { 'text/html': { schema: z.string() } },
        },
        ...problems,
      },
    }),
    async (context) => {
      const { compare } = context.req.valid('query');
      const { id } = await readFinishedResults(setting, context.req.valid('param').id);
      // Without others, only the search of the path can be at fault, such as one that was deleted meanwhile.
      const names: Record<string, string> = compare.length > 0 ? { id: 'compare' } : {};
      const report = await withParameters(names, () => zeroscout.searches.report(id, { compare }));
      context.header('Cache-Control', 'private, no-cache');
      context.header('Content-Disposition', `attachment; filename="${id}-report.html"`);
      return context.body(report, 200, { 'Content-Type': 'text/html; charset=utf-8' });
    },
  );
}
