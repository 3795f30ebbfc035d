// Defines the routes that check specifications and describe spaces; they start nothing.
import { createRoute, z } from '@hono/zod-openapi';
import { spaceSchema, specificationSchema } from '../../core/specification/specification-schema.js';
import { requireRole } from '../access.js';
import { wholeField } from '../parameters.js';
import { describeJson, problems, SpecificationInputSchema } from '../schemas.js';
import { createSpecificationInput } from '../specification-input.js';
import { toJson } from '../to-json.js';
import type { RouteSetting } from './route-setting.js';

const TAG = 'specifications';

export function addSpecificationRoutes(setting: RouteSetting): void {
  addCheck(setting);
  addSpace(setting);
  addSchemas(setting);
}

function addCheck({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'post',
      path: '/api/specifications/check',
      operationId: 'checkSpecification',
      summary: 'Every mistake in a specification with its field, or the specification with every default',
      request: {
        body: { required: true, content: { 'application/json': { schema: SpecificationInputSchema } } },
      },
      responses: {
        200: describeJson(
          z.looseObject({
            specification: z.looseObject({}),
            id: z.string().nullable(),
            candidates: z.number().optional(),
          }),
          'it is right',
        ),
        ...problems,
      },
    }),
    async (context) => {
      const checked = await zeroscout.specification.check(
        createSpecificationInput(context.req.valid('json')),
      );
      return context.json(toJson(checked), 200);
    },
  );
}

function addSpace({ app, zeroscout }: RouteSetting): void {
  app.openapi(
    createRoute({
      tags: [TAG],
      middleware: requireRole('viewer'),
      method: 'post',
      path: '/api/spaces/describe',
      operationId: 'describeSpace',
      summary: 'Size, number of distinct functions and costs of a space',
      request: {
        body: {
          required: true,
          content: {
            'application/json': {
              schema: z.strictObject({
                space: z.union([z.string().min(1), z.looseObject({ kind: z.string().min(1) })]),
                resolution: wholeField({ min: 1, max: 4096 }).optional(),
              }),
            },
          },
        },
      },
      responses: { 200: describeJson(z.looseObject({}), 'the space'), ...problems },
    }),
    async (context) => {
      const { space, resolution } = context.req.valid('json');
      const found = await zeroscout.spaces.describe({ space, resolution });
      return context.json(toJson(found), 200);
    },
  );
}

function addSchemas({ app }: RouteSetting): void {
  for (const [name, schema] of [
    ['specification', specificationSchema],
    ['space', spaceSchema],
  ] as const)
    app.openapi(
      createRoute({
        tags: [TAG],
        middleware: requireRole('viewer'),
        method: 'get',
        path: `/api/schema/${name}`,
        operationId: `get-${name}-schema`,
        summary: `JSON Schema of a ${name}`,
        responses: { 200: describeJson(z.looseObject({}), 'the schema'), ...problems },
      }),
      (context) => context.json(toJson(schema()), 200),
    );
}
