// Tests that a request whose method a path does not have is told which methods it has.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { expect, test } from 'vitest';
import { refuseOtherMethods } from '../../http/methods.js';
import { answerProblem } from '../../http/problem.js';

function createApp(): OpenAPIHono {
  const app = new OpenAPIHono();
  app.onError((error, context) => answerProblem(context, error));
  app.use('/api/*', refuseOtherMethods(app));
  const responses = { 200: { description: 'done' } };
  const request = { params: z.object({ id: z.string() }) };
  for (const method of ['get', 'delete'] as const)
    app.openapi({ method, path: '/api/things/{id}', request, responses }, (context) => context.text('thing'));
  app.openapi({ method: 'post', path: '/api/things/{id}/stop', request, responses }, (context) =>
    context.text('stopped'),
  );
  app.openapi({ method: 'post', path: '/api/things/check', responses }, (context) => context.text('checked'));
  return app;
}

test.each([
  ['GET', '/api/things/a/stop', 'POST'],
  ['PUT', '/api/things/a', 'DELETE, GET, HEAD'],
  ['POST', '/api/things/a', 'DELETE, GET, HEAD'],
])('%s %s: 405, and the methods that it has: %s', async (method, path, allowed) => {
  const response = await createApp().request(path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('Allow')).toBe(allowed);
  expect(await response.json()).toMatchObject({
    code: 'method-not-allowed',
    detail: `${path} has no method ${method}; must be ${allowed}`,
  });
});

test.each([
  ['GET', '/api/things/a', 200],
  ['HEAD', '/api/things/a', 200],
  ['DELETE', '/api/things/a', 200],
  ['POST', '/api/things/a/stop', 200],
  ['POST', '/api/things/check', 200],
  ['GET', '/api/things/a/stop/more', 404],
  ['GET', '/api/other', 404],
])('%s %s: %i', async (method, path, status) => {
  expect((await createApp().request(path, { method })).status).toBe(status);
});
