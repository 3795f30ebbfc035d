// Defines the route that compares finished searches: agreement, stability, redundancy, and advice.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { describeJson, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

const MOST = 8;

export function addComparisonRoute({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/comparison',
      operationId: 'compareSearches',
      summary: 'What one to eight finished searches say, each and together',
      request: {
        query: z.object({
          ids: z
            .string()
            .min(1)
            .max(2_000)
            .transform((text) => text.split(',').filter((id) => id !== ''))
            .pipe(z.array(z.string()).min(1).max(MOST))
            .openapi({ type: 'string', description: 'ids joined by commas', example: '@last' }),
        }),
      },
      responses: {
        200: describeJson(
          z.looseObject({
            searches: z.array(z.looseObject({ id: z.string() })),
            between: z.array(z.looseObject({})),
          }),
          'the comparison',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const ids = [...new Set(context.req.valid('query').ids)];
      return context.json(toJson(await zeroscout.searches.compare(ids)), 200);
    },
  );
}
