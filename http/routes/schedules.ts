// Defines the routes of schedules.
import { createRoute, z } from '@hono/zod-openapi';
import type { CreateScheduleOptions } from '../../client/index.js';
import { requireRole } from '../access.js';
import { type CursorParts, NextSchema, pageQuery, readCursor, writeCursor } from '../cursor.js';
import { wholeField, withParameters } from '../parameters.js';
import { describeJson, problems, SpecificationInputSchema } from '../schemas.js';
import { createSpecificationInput } from '../specification-input.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

const Name = z
  .string()
  .min(1)
  .max(200)
  .openapi({ param: { name: 'name', in: 'path' } });
const ScheduleSchema = z
  .looseObject({ name: z.string(), cron: z.string(), state: z.string() })
  .openapi('Schedule');
/** Milliseconds, at most a year. */
const Duration = wholeField({ min: 0, max: 31_536_000_000 });
const TIMING = {
  jitter: Duration.optional().openapi({ description: 'largest random delay of a start, in milliseconds' }),
  catchup: Duration.optional().openapi({
    description:
      'a missed run is made up for if it is late by at most this many milliseconds; 600,000 by default',
  }),
  overlap: z
    .enum(['skip', 'buffer-one', 'cancel-other'] satisfies readonly CreateScheduleOptions['overlap'][])
    .optional()
    .openapi({ description: 'what happens when the previous run has not ended; skip by default' }),
};
const WORKERS = wholeField({ min: 0, max: 256 });
const Done = { 204: { description: 'done' }, ...problems } as const;
const TAG = 'schedules';

export function addScheduleRoutes(setting: RouteSetting): void {
  addScheduleList(setting);
  addScheduleCreation(setting);
  addSchedule(setting);
  addScheduleUpdate(setting);
  addScheduleDeletion(setting);
  addScheduleControls(setting);
  addScheduleRuns(setting);
  addBackfill(setting);
}

function addScheduleList({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/schedules',
      operationId: 'listSchedules',
      tags: [TAG],
      summary: 'Schedules, in the order of their names',
      middleware: requireRole('viewer'),
      request: { query: pageQuery({ usual: 50, most: 200 }) },
      responses: {
        200: describeJson(
          z.object({ schedules: z.array(ScheduleSchema), next: NextSchema }).openapi('SchedulePage'),
          'a page of schedules',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const { limit, cursor } = context.req.valid('query');
      const after = cursor === undefined ? undefined : readCursor(cursor, isName)[0];
      // One more than asked for says whether there is another page.
      const found = await zeroscout.schedules.list({ after, limit: limit + 1 });
      const schedules = found.slice(0, limit);
      const next = found.length > limit ? writeCursor([schedules.at(-1)!.name]) : null;
      return context.json(toJson({ schedules, next }), 200);
    },
  );
}

function isName(parts: CursorParts): parts is readonly [string] {
  return parts.length === 1 && typeof parts[0] === 'string';
}

function addScheduleCreation({ app, zeroscout, prefix }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/schedules',
      operationId: 'createSchedule',
      tags: [TAG],
      summary: 'Start a search at given times',
      middleware: requireRole('operator'),
      request: {
        body: {
          required: true,
          content: {
            'application/json': {
              schema: SpecificationInputSchema.extend({
                name: z.string().min(1).max(100),
                cron: z.string().min(1).max(200).openapi({ example: '0 2 * * *' }),
                timezone: z.string().min(1).max(100).optional(),
                ...TIMING,
                workers: WORKERS.optional(),
              }),
            },
          },
        },
      },
      responses: { 201: describeJson(ScheduleSchema, 'created'), ...problems },
    }),
    async (context) => {
      const { specification, files, ...rest } = context.req.valid('json');
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const row = await withParameters({ schedule: 'name' }, () =>
        zeroscout.schedules.create({
          ...(given as Pick<typeof rest, 'name' | 'cron'>),
          specification: createSpecificationInput({ specification, files }),
        }),
      );
      context.header('Location', `${prefix}/api/schedules/${row.name}`);
      return context.json(toJson(row), 201);
    },
  );
}

function addSchedule({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/schedules/{name}',
      operationId: 'getSchedule',
      tags: [TAG],
      summary: 'Times, state, and results of the runs',
      middleware: requireRole('viewer'),
      request: { params: z.object({ name: Name }) },
      responses: { 200: describeJson(ScheduleSchema, 'the schedule'), ...problems },
    }),
    async (context) =>
      context.json(toJson(await zeroscout.schedules.get(context.req.valid('param').name)), 200),
  );
}

function addScheduleUpdate({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/schedules/{name}/specification',
      operationId: 'updateSchedule',
      tags: [TAG],
      summary: 'Replace the specification, from the next run on',
      middleware: requireRole('operator'),
      request: {
        params: z.object({ name: Name }),
        body: {
          required: true,
          content: {
            'application/json': { schema: SpecificationInputSchema.extend({ workers: WORKERS.optional() }) },
          },
        },
      },
      responses: Done,
    }),
    async (context) => {
      const { workers, ...input } = context.req.valid('json');
      await zeroscout.schedules.update(
        context.req.valid('param').name,
        createSpecificationInput(input),
        workers === undefined ? {} : { workers },
      );
      return context.body(null, 204);
    },
  );
}

function addScheduleDeletion({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/schedules/{name}',
      operationId: 'deleteSchedule',
      tags: [TAG],
      summary: 'Delete the schedule; its runs and their results are kept',
      middleware: requireRole('operator'),
      request: { params: z.object({ name: Name }) },
      responses: Done,
    }),
    async (context) => {
      await zeroscout.schedules.delete(context.req.valid('param').name);
      return context.body(null, 204);
    },
  );
}

function addScheduleControls({ app, zeroscout }: RouteSetting): void {
  for (const action of ['pause', 'resume'] as const)
    app.openapi(
      createRoute({
        method: 'post',
        path: `/api/schedules/{name}/${action}`,
        operationId: `${action}Schedule`,
        tags: [TAG],
        summary: action === 'pause' ? 'Pause the schedule' : 'Start runs again',
        middleware: requireRole('operator'),
        request: { params: z.object({ name: Name }) },
        responses: Done,
      }),
      async (context) => {
        await zeroscout.schedules[action](context.req.valid('param').name);
        return context.body(null, 204);
      },
    );
}

function addScheduleRuns({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/schedules/{name}/runs',
      operationId: 'runSchedule',
      tags: [TAG],
      summary: 'Start a run now',
      middleware: requireRole('operator'),
      request: { params: z.object({ name: Name }) },
      responses: {
        201: describeJson(z.object({ id: z.string() }), 'id of the search'),
        202: describeJson(
          z.object({ id: z.null(), after: z.string() }),
          'the search after whose end the run starts (overlap policy buffer-one)',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const run = await zeroscout.schedules.runNow(context.req.valid('param').name);
      return run.id === null ? context.json(run, 202) : context.json(run, 201);
    },
  );
}

function addBackfill({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/schedules/{name}/backfill',
      operationId: 'backfillSchedule',
      tags: [TAG],
      summary: 'Start the runs of a past period, one after the other',
      middleware: requireRole('operator'),
      request: {
        params: z.object({ name: Name }),
        body: {
          required: true,
          content: {
            'application/json': {
              schema: z.strictObject({
                from: z.iso.datetime({ offset: true }),
                to: z.iso.datetime({ offset: true }),
              }),
            },
          },
        },
      },
      responses: Done,
    }),
    async (context) => {
      const { from, to } = context.req.valid('json');
      await zeroscout.schedules.backfill(context.req.valid('param').name, {
        from: new Date(from),
        to: new Date(to),
      });
      return context.body(null, 204);
    },
  );
}
