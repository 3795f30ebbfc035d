// Tests what a request that is wrong is told: the parameter or field, what was found, and what would be right.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { plainIssues } from '../../core/schema/plain-issues.js';
import { refuseUnknownParameters, usualParameter, wholeField } from '../../http/parameters.js';
import { answerProblem } from '../../http/problem.js';

const query = z.object({
  limit: usualParameter({ min: 1, max: 200, usual: 50 }),
  state: z.enum(['scoring', 'failed']).optional(),
  name: z.string().min(1).max(4).optional(),
});
const body = z.strictObject({
  specification: z.union([z.string().min(1), z.looseObject({})]),
  workers: wholeField({ min: 0, max: 8 }).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
});

function createApp(): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success)
        throw new SpecError(plainIssues(result.error, (result as { data?: unknown }).data));
    },
  });
  app.onError((error, context) => answerProblem(context, error));
  app.use('/api/*', refuseUnknownParameters(app));
  const responses = { 200: { description: 'what was read' } };
  app.openapi({ method: 'get', path: '/api/list/{id}', request: { query }, responses }, (context) =>
    context.json(context.req.valid('query')),
  );
  app.openapi({ method: 'get', path: '/api/plain', responses }, (context) => context.json({}));
  const content = { 'application/json': { schema: body } };
  app.openapi(
    { method: 'post', path: '/api/things', request: { body: { required: true, content } }, responses },
    (context) => context.json(context.req.valid('json')),
  );
  return app;
}

async function messages(path: string, given?: unknown): Promise<Record<string, string>> {
  const headers = { 'Content-Type': 'application/json' };
  const init = given === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(given) };
  const response = await createApp().request(path, init);
  const { issues } = (await response.json()) as { issues: { path: string; message: string }[] };
  expect(response.status).toBe(422);
  return Object.fromEntries(issues.map((issue) => [issue.path, issue.message]));
}

describe('parameters of the address', () => {
  test.each([
    ['limit=abc', { limit: 'found the text "abc"; must be a whole number from 1 to 200' }],
    ['limit=', { limit: 'found the text ""; must be a whole number from 1 to 200' }],
    ['limit=1.5', { limit: 'found 1.5; must be a whole number from 1 to 200' }],
    ['limit=0', { limit: 'found 0; must be a whole number from 1 to 200' }],
    ['state=scorin', { state: 'unknown "scorin"; did you mean "scoring"? Known: scoring, failed' }],
    ['name=', { name: 'found the text ""; must have at least 1 character' }],
    ['name=abcde', { name: 'found the text "abcde"; must have at most 4 characters' }],
    ['limits=3', { limits: 'unknown key "limits"; did you mean "limit"?' }],
  ])('%s', async (text, expected) => {
    expect(await messages(`/api/list/a?${text}`)).toEqual(expected);
  });

  test('a route without parameters says so', async () => {
    expect(await messages('/api/plain?limit=1')).toEqual({
      limit: 'unknown; this route has no query parameters',
    });
  });

  test('those that are right are read, and a token is no parameter of a route', async () => {
    const response = await createApp().request('/api/list/a?limit=200&token=secret');
    expect(await response.json()).toEqual({ limit: 200 });
  });
});

describe('the body', () => {
  test.each([
    [{}, { specification: 'missing; must be text, or be an object' }],
    [{ specification: 3 }, { specification: 'found 3; must be text, or be an object' }],
    [
      { specification: 'a', workers: 'two' },
      { workers: 'found the text "two"; must be a whole number from 0 to 8' },
    ],
    [{ specification: 'a', workers: 2.5 }, { workers: 'found 2.5; must be a whole number from 0 to 8' }],
    [{ specification: 'a', workers: 9 }, { workers: 'found 9; must be a whole number from 0 to 8' }],
    [
      { specification: 'a', from: '2026-11-29' },
      { from: 'found the text "2026-11-29"; must be a time with its zone, such as 2026-12-01T02:00:00Z' },
    ],
    [{ specification: 'a', worker: 1 }, { worker: 'unknown key "worker"; must be left out' }],
    [[1], { '': 'found a list; must be an object' }],
  ])('%j', async (given, expected) => {
    expect(await messages('/api/things', given)).toEqual(expected);
  });
});
