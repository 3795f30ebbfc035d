// Defines the routes about a search's rounds of screening, and about how its candidates stood in other searches.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { NextSchema, pageInOrder, pageQuery } from '../cursor.js';
import { wholeParameter } from '../parameters.js';
import { describeJson, IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { readRowAt, withTable } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const TAG = 'rankings';

const RoundSchema = z
  .object({
    candidates: z.int(),
    failed: z.int(),
    seconds: z.number(),
    draws: z.int(),
    agreement: z.number().nullable().openapi({
      description:
        "Kendall's tau-b with the last round over the candidates that reached it; null for the last round",
    }),
  })
  .openapi('ScreeningRound');

const OtherRanksSchema = z
  .object({
    found: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        started: z.string(),
        rank: z.int(),
        of: z.int().openapi({ description: 'candidates of that ranking' }),
        score: z.union([z.number(), z.string()]),
        differ: z.array(z.string()).openapi({ description: 'fields in which the specifications differ' }),
      }),
    ),
    read: z.int().openapi({ description: 'other searches whose rankings were read' }),
    isMore: z.boolean(),
  })
  .openapi('OtherRanks');

const RoundsSchema = z.object({ rounds: z.array(RoundSchema), next: NextSchema });

export type ScreeningRound = z.infer<typeof RoundSchema>;
export type Rounds = z.infer<typeof RoundsSchema>;
export type OtherRanksAnswer = z.infer<typeof OtherRanksSchema>;

export function addRoundsRoute({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/rounds',
      operationId: 'getRounds',
      summary: 'The rounds of a screening; empty for another strategy',
      request: { params: z.object({ id: IdParameter }), query: pageQuery({ usual: 1_000, most: 10_000 }) },
      responses: { 200: describeJson(RoundsSchema, 'a page of the rounds, first to last'), ...problems },
    }),
    async (context) => {
      const all = await zeroscout.searches.rounds(context.req.valid('param').id);
      const { rows: rounds, next } = pageInOrder(all, context.req.valid('query'));
      return context.json(toJson({ rounds, next }), 200);
    },
  );
}

export function addOtherRanksRoute(setting: RouteSetting): void {
  setting.app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/candidates/{rank}/elsewhere',
      operationId: 'findOtherRanks',
      summary: 'Rank and score of a candidate in other finished searches of the same space',
      request: { params: z.object({ id: IdParameter, rank: wholeParameter({ min: 1, max: 1e9 }) }) },
      responses: { 200: describeJson(OtherRanksSchema, 'the newest searches first'), ...problems },
    }),
    async (context) => {
      const { id, rank } = context.req.valid('param');
      const row = await withTable(setting, { context, id }, (table) => readRowAt(table, rank));
      const found = await setting.zeroscout.searches.otherRanks(id, String(row.candidate));
      return context.json(toJson(found), 200);
    },
  );
}
