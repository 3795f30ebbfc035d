// Defines the routes of workers, and of the store's size.
import { createRoute, z } from '@hono/zod-openapi';
import type { QueueOfWorkers } from '../../client/index.js';
import { requireRole } from '../access.js';
import { NextSchema, pageOf, pageQuery } from '../cursor.js';
import { describeJson, problems } from '../schemas.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

const Name = z
  .string()
  .min(1)
  .max(200)
  .openapi({ param: { name: 'name', in: 'path' } });
const TaskSchema = z
  .object({
    identity: z.string(),
    search: z.string(),
    step: z.string(),
    started: z.string(),
    rate: z.number().optional().openapi({ description: 'candidates a second' }),
    scorerRestarts: z.int().optional().openapi({ description: 'scorer processes of the worker that died' }),
  })
  .openapi('WorkerTask');
const QueuePageSchema = z
  .object({
    queues: z.array(
      z.looseObject({ name: z.string(), workers: z.array(z.looseObject({ identity: z.string() })) }),
    ),
    next: NextSchema,
  })
  .openapi('QueuePage');
const Done = { 204: { description: 'done' }, ...problems } as const;

export function addWorkerRoutes(setting: RouteSetting): void {
  const { app, zeroscout } = setting;
  addWorkerTasks(setting);
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/workers',
      operationId: 'listWorkers',
      tags: ['workers'],
      summary: 'Queues of control and of each device, with their workers and waiting tasks',
      middleware: requireRole('viewer'),
      request: { query: pageQuery({ usual: 200, most: 1_000 }) },
      responses: {
        200: describeJson(QueuePageSchema, 'every queue, with a page of the workers'),
        ...problems,
      },
    }),
    async (context) => {
      const page = pageOfWorkers(await zeroscout.workers.list(), context.req.valid('query'));
      return context.json(toJson(page), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/store',
      operationId: 'getStore',
      tags: ['workers'],
      summary: 'The size of what the store holds, by kind',
      middleware: requireRole('viewer'),
      responses: {
        200: describeJson(
          z.array(z.object({ what: z.string(), messages: z.int(), bytes: z.int() })),
          'scores, latencies, failures, and blobs such as rankings',
        ),
        ...problems,
      },
    }),
    async (context) => context.json([...(await zeroscout.retention.usage())], 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/workers/{name}/release',
      operationId: 'releaseWorker',
      tags: ['workers'],
      summary: 'Release a worker that was set aside',
      middleware: requireRole('operator'),
      request: { params: z.object({ name: Name }) },
      responses: Done,
    }),
    async (context) => {
      await zeroscout.workers.release(context.req.valid('param').name);
      return context.body(null, 204);
    },
  );
}

function addWorkerTasks({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/workers/tasks',
      operationId: 'listWorkerTasks',
      tags: ['workers'],
      summary: 'The steps of running searches that workers have taken, with the rate of those that score',
      middleware: requireRole('viewer'),
      request: { query: pageQuery({ usual: 200, most: 1_000 }) },
      responses: {
        200: describeJson(z.object({ tasks: z.array(TaskSchema), next: NextSchema }), 'a page of the steps'),
        ...problems,
      },
    }),
    async (context) => {
      const { rows: tasks, next } = pageOf(await zeroscout.workers.tasks(), {
        keyOf: ({ identity, search, step, started }) => JSON.stringify([identity, search, step, started]),
        ...context.req.valid('query'),
      });
      return context.json(toJson({ tasks, next }), 200);
    },
  );
}

/** The limit holds for the workers of all queues together, since the number of queues is fixed. */
function pageOfWorkers(
  queues: readonly QueueOfWorkers[],
  request: { readonly limit: number; readonly cursor?: string | undefined },
) {
  const all = queues.flatMap((queue) => queue.workers.map((worker) => ({ queue, worker })));
  const { rows, next } = pageOf(all, {
    keyOf: ({ queue, worker }) => JSON.stringify([queue.name, worker.identity]),
    ...request,
  });
  const workersOf = (queue: QueueOfWorkers) =>
    rows.filter((row) => row.queue === queue).map(({ worker }) => worker);
  return { queues: queues.map((queue) => ({ ...queue, workers: workersOf(queue) })), next };
}
