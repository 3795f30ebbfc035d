// Defines the route of the fleet's last hour.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { describeJson, problems } from '../schemas.js';
import type { RouteSetting } from './route-setting.js';

export function addFleetHistoryRoute({ app, fleetHistory }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/workers/history',
      operationId: 'getFleetHistory',
      tags: ['workers'],
      summary:
        'Workers, waiting tasks and rate of the last hour, minute by minute, since this server started',
      middleware: requireRole('viewer'),
      responses: {
        200: describeJson(
          z.array(
            z.object({
              at: z.string(),
              workers: z.record(z.string(), z.int()).openapi({ description: 'by device, and `control`' }),
              begun: z.int().openapi({ description: 'workers that were not there a minute before' }),
              gone: z.int().openapi({ description: 'workers that were there a minute before' }),
              waiting: z.int(),
              oldest: z.number().openapi({ description: 'age in seconds of the task that waits longest' }),
              rate: z.number().nullable().openapi({ description: 'candidates in a second' }),
            }),
          ),
          'the minutes, oldest first',
        ),
        ...problems,
      },
    }),
    (context) =>
      context.json(
        [...fleetHistory.minutes()].map((minute) => ({ ...minute, workers: { ...minute.workers } })),
        200,
      ),
  );
}
