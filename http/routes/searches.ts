// Defines the routes that list, start, describe and control searches.

import { createRoute, z } from '@hono/zod-openapi';
import { stringify } from 'yaml';
import type { SearchRow } from '../../client/index.js';
import { STATES } from '../../client/searches/list-searches.js';
import { newestFirst } from '../../client/searches/newest-first.js';
import { requireRole } from '../access.js';
import { type CursorParts, NextSchema, pageQuery, readCursor, writeCursor } from '../cursor.js';
import { wholeField } from '../parameters.js';
import {
  DescriptionSchema,
  describeJson,
  IdParameter,
  problems,
  SearchSchema,
  SpecificationInputSchema,
  StartedSchema,
} from '../schemas.js';
import { createSpecificationInput } from '../specification-input.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

export function addSearchRoutes(setting: RouteSetting): void {
  addList(setting);
  addStart(setting);
  addDescription(setting);
  addSpecification(setting);
  addControls(setting);
}

function addList({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/searches',
      operationId: 'listSearches',
      tags: ['searches'],
      summary: 'Searches, newest first',
      middleware: requireRole('viewer'),
      request: {
        query: pageQuery({ usual: 50, most: 200 }).extend({
          state: z.enum(STATES).optional(),
          name: z.string().max(200).optional().openapi({ description: 'name of the specification' }),
        }),
      },
      responses: {
        200: describeJson(
          z.object({ searches: z.array(SearchSchema), next: NextSchema }).openapi('SearchPage'),
          'a page of searches',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const { state, name, limit, cursor } = context.req.valid('query');
      const after = cursor === undefined ? undefined : readSearchCursor(cursor);
      const found: SearchRow[] = [];
      let isMore = false;
      const rows = zeroscout.searches.list({ state, name, before: after?.started });
      for await (const row of newestFirst(rows)) {
        if (after !== undefined && row.started === after.started && row.id >= after.id) continue;
        if (found.length === limit) {
          isMore = true;
          break;
        }
        found.push(row);
      }
      const last = found.at(-1);
      const next = isMore && last ? writeCursor([last.started, last.id]) : null;
      return context.json({ searches: toJson(found), next }, 200);
    },
  );
}

function addStart({ app, zeroscout, prefix }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/searches',
      operationId: 'startSearch',
      tags: ['searches'],
      summary: 'Start a search, or find the one that runs or is finished',
      middleware: requireRole('operator'),
      request: {
        body: {
          required: true,
          content: {
            'application/json': {
              schema: SpecificationInputSchema.extend({
                id: z.string().max(100).optional(),
                whereFinished: z.enum(['keep', 'again']).optional(),
                workers: wholeField({ min: 0, max: 256 }).optional(),
              }),
            },
          },
        },
      },
      responses: {
        201: describeJson(StartedSchema, 'started'),
        200: describeJson(StartedSchema, 'it was there'),
        ...problems,
      },
    }),
    async (context) => {
      const { specification, files, ...rest } = context.req.valid('json');
      const options = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const { id, how } = await zeroscout.searches.start({
        specification: createSpecificationInput({ specification, files }),
        ...options,
      });
      context.header('Location', `${prefix}/api/searches/${id}`);
      return how === 'started' ? context.json({ id, how }, 201) : context.json({ id, how }, 200);
    },
  );
}

function addDescription({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/searches/{id}',
      operationId: 'getSearch',
      tags: ['searches'],
      summary: 'State of a search, what it waits for, why it ended',
      middleware: requireRole('viewer'),
      request: { params: z.object({ id: IdParameter }) },
      responses: { 200: describeJson(DescriptionSchema, 'the search'), ...problems },
    }),
    async (context) => context.json(toJson(await zeroscout.searches.get(context.req.valid('param').id)), 200),
  );
}

function addSpecification({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/searches/{id}/specification',
      operationId: 'getSpecification',
      tags: ['searches'],
      summary: 'The specification, with every default, as YAML',
      middleware: requireRole('viewer'),
      request: { params: z.object({ id: IdParameter }) },
      responses: {
        200: { description: 'YAML', content: { 'application/yaml': { schema: z.string() } } },
        ...problems,
      },
    }),
    async (context) => {
      const specification = await zeroscout.searches.specification(context.req.valid('param').id);
      return context.body(stringify(specification), 200, {
        'Content-Type': 'application/yaml; charset=utf-8',
      });
    },
  );
}

function addControls({ app, zeroscout }: RouteSetting): void {
  for (const action of ['pause', 'resume', 'cancel'] as const)
    app.openapi(
      createRoute({
        method: 'post',
        path: `/api/searches/{id}/${action}`,
        operationId: `${action}Search`,
        tags: ['searches'],
        summary: SUMMARIES[action],
        middleware: requireRole('operator'),
        request: { params: z.object({ id: IdParameter }) },
        responses: { 204: { description: 'done' }, ...problems },
      }),
      async (context) => {
        await zeroscout.searches[action](context.req.valid('param').id);
        return context.body(null, 204);
      },
    );
}

const SUMMARIES = {
  pause: 'Pause the search: running shards finish, and no others start',
  resume: 'Go on',
  cancel: 'Cancel the search; its scores are kept',
} as const;

function readSearchCursor(text: string): { readonly started: string; readonly id: string } {
  const [started, id] = readCursor(text, isTimeAndId);
  return { started: new Date(started).toISOString(), id };
}

function isTimeAndId(parts: CursorParts): parts is readonly [string, string] {
  const [started, id] = parts;
  return typeof started === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(started));
}
