// Defines the routes that compare and evaluate finished searches, and export their best candidates.
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { NextSchema, pageInOrder, pageQuery } from '../cursor.js';
import { usualParameter, wholeParameter, withParameters } from '../parameters.js';
import { ProblemError } from '../problem.js';
import { describeJson, IdParameter, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import { readFinishedResults } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

const TYPES = {
  config: 'application/json',
  onnx: 'application/octet-stream',
  pytorch: 'text/x-python',
} as const;

const TAG = 'results';

export function addResultRoutes(setting: RouteSetting): void {
  addPareto(setting);
  addDiff(setting);
  addCorrelation(setting);
  addExport(setting);
  addGenerations(setting);
}

function addPareto({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/pareto',
      operationId: 'getPareto',
      summary: 'Pareto-optimal candidates of score and a cost, cheapest first',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          cost: z.enum(['flops', 'parameters', 'latency']).default('flops'),
          top: wholeParameter({ min: 1, max: 1000 }).optional(),
        }),
      },
      responses: {
        200: describeJson(z.array(z.looseObject({ rank: z.int(), candidate: z.string() })), 'the front'),
        ...problems,
      },
    }),
    async (context) => {
      const { cost, top } = context.req.valid('query');
      const rows = await zeroscout.searches.pareto(context.req.valid('param').id, {
        cost,
        ...(top === undefined ? {} : { top }),
      });
      return context.json(toJson(rows), 200);
    },
  );
}

function addDiff(setting: RouteSetting): void {
  const { app, zeroscout } = setting;
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/diff',
      operationId: 'diffSearches',
      summary: 'What changed from another finished search to this one',
      request: {
        params: z.object({ id: IdParameter }),
        query: z.object({
          from: z.string().min(1).max(200).openapi({ description: 'id of the earlier search' }),
          top: usualParameter({ min: 1, max: 1000, usual: 50 }),
        }),
      },
      responses: { 200: describeJson(z.looseObject({ top: z.int() }), 'the changes'), ...problems },
    }),
    async (context) => {
      const { from, top } = context.req.valid('query');
      const { id } = await readFinishedResults(setting, context.req.valid('param').id);
      const names = { earlier: 'from', later: 'from' };
      const changes = await withParameters(names, () => zeroscout.searches.diff(from, id, { top }));
      return context.json(toJson(changes), 200);
    },
  );
}

function addCorrelation({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'post',
      path: '/api/searches/{id}/correlate',
      operationId: 'correlateSearch',
      summary: 'How well the ranking agrees with known accuracies; nothing is stored',
      request: {
        params: z.object({ id: IdParameter }),
        body: { required: true, content: { 'text/csv': { schema: z.string() } } },
      },
      responses: { 200: describeJson(z.looseObject({ id: z.string() }), 'the agreement'), ...problems },
    }),
    async (context) => {
      const file = new Uint8Array(await context.req.arrayBuffer());
      const correlation = await zeroscout.searches.correlate(context.req.valid('param').id, {
        file,
        name: 'truth',
      });
      return context.json(toJson(correlation), 200);
    },
  );
}

function addExport({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/export/{format}/{rank}',
      operationId: 'exportCandidate',
      summary: 'One of the best hundred as a file that training starts from',
      request: {
        params: z.object({
          id: IdParameter,
          format: z.enum(['config', 'onnx', 'pytorch']),
          rank: wholeParameter({ min: 1, max: 100 }),
        }),
      },
      responses: {
        200: {
          description: 'the file',
          content: {
            [TYPES.config]: { schema: z.looseObject({ candidate: z.string() }) },
            [TYPES.onnx]: { schema: z.string().openapi({ format: 'binary' }) },
            [TYPES.pytorch]: { schema: z.string() },
          },
        },
        ...problems,
      },
    }),
    async (context) => {
      const { id, format, rank } = context.req.valid('param');
      let place = 0;
      for await (const { name, content } of zeroscout.searches.export(id, { format, top: rank })) {
        place += 1;
        if (place < rank) continue;
        const body = typeof content === 'string' ? content : new Uint8Array(content);
        return context.body(body, 200, {
          'Content-Type': TYPES[format],
          'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
        });
      }
      throw new ProblemError({ status: 404, code: 'not-found', detail: `the ranking has no rank ${rank}` });
    },
  );
}

const GenerationSchema = z
  .object({
    candidates: z.int(),
    best: z.number().nullable().openapi({ description: 'the best score so far, in the final ranking' }),
    mean: z.number().nullable(),
    diversity: z.number().nullable().openapi({
      description: 'mean share of places in which two candidates of the generation differ',
    }),
    drawn: z.object({ proposed: z.int(), rejected: z.int(), duplicates: z.int() }).nullable().openapi({
      description:
        'candidates that were drawn, that broke a constraint, and that had been bred before; null where Temporal no longer knows',
    }),
  })
  .openapi('Generation');

const GenerationsSchema = z.object({ generations: z.array(GenerationSchema), next: NextSchema });

export type Generation = z.infer<typeof GenerationSchema>;
export type Generations = z.infer<typeof GenerationsSchema>;

function addGenerations({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'get',
      path: '/api/searches/{id}/generations',
      operationId: 'getGenerations',
      summary: 'Scores, diversity and draws of each generation of an evolution',
      request: { params: z.object({ id: IdParameter }), query: pageQuery({ usual: 1_000, most: 10_000 }) },
      responses: {
        200: describeJson(GenerationsSchema, 'a page of the generations; empty for another strategy'),
        ...problems,
      },
    }),
    async (context) => {
      const bred = await zeroscout.searches.generations(context.req.valid('param').id);
      const { rows, next } = pageInOrder(bred, context.req.valid('query'));
      const orNull = (score: number) => (Number.isFinite(score) ? score : null);
      const generations = rows.map(({ candidates, best, mean, diversity, drawn }) => ({
        candidates,
        best: orNull(best),
        mean: orNull(mean),
        diversity: orNull(diversity),
        drawn: drawn ?? null,
      }));
      return context.json({ generations, next }, 200);
    },
  );
}
