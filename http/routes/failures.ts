// Defines the route that groups the candidates without a score by the reason.
import { createRoute, z } from '@hono/zod-openapi';
import { type Failure, readFailuresCsv } from '../../core/report/failures-csv.js';
import { requireRole } from '../access.js';
import { describeJson, IdParameter, problems } from '../schemas.js';
import { readFinishedResults } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

/** The most candidates that are listed for each reason. */
const EXAMPLES = 20;

const FailuresSchema = z
  .object({
    total: z.int(),
    reasons: z.array(
      z.object({
        reason: z.string(),
        count: z.int(),
        examples: z.array(z.object({ candidate: z.string(), detail: z.string() })),
      }),
    ),
  })
  .openapi('FailuresByReason');

export type FailuresByReason = z.infer<typeof FailuresSchema>;

export function addFailuresRoute(setting: RouteSetting): void {
  setting.app.openapi(
    createRoute({
      tags: ['rankings'],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/failures',
      operationId: 'getFailures',
      summary: 'Candidates that were set aside, counted by reason, with examples',
      request: { params: z.object({ id: IdParameter }) },
      responses: { 200: describeJson(FailuresSchema, 'the most frequent reason first'), ...problems },
    }),
    async (context) => {
      const { results } = await readFinishedResults(setting, context.req.valid('param').id);
      return context.json(byReason(results.failures), 200);
    },
  );
}

function byReason(text: string): FailuresByReason {
  const failures = readFailuresCsv(text);
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const group = groups.get(failure.reason);
    if (group) group.push(failure);
    else groups.set(failure.reason, [failure]);
  }
  return {
    total: failures.length,
    reasons: [...groups]
      .map(([reason, group]) => ({
        reason,
        count: group.length,
        examples: group.slice(0, EXAMPLES).map(({ candidate, detail }) => ({ candidate, detail })),
      }))
      .sort((a, b) => b.count - a.count),
  };
}
