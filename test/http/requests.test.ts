// Tests what clients of the API rely on beside the answers themselves: addresses that hold behind a proxy, HEAD of
// streams, and that no address of the API is answered with the page.
import { expect, test } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { createAccess } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';

const HOST = 'localhost:8600';
const BEARER = { authorization: 'Bearer operator' };

/** An application whose library starts everything as "a", and counts how often it is asked for lists. */
function createCounting({ prefix = '' }: { readonly prefix?: string } = {}) {
  const counts = { asked: 0 };
  const list = async () => {
    counts.asked += 1;
    return [];
  };
  const searches = {
    start: async () => ({ id: 'a', how: 'started' }),
    get: async (id: string) => ({ id, state: 'running', started: '' }),
    export: async function* () {
      yield { name: 'a', content: '' };
    },
    progress: async function* () {
      yield* await list();
    },
    list: async function* () {
      yield* await list();
    },
  };
  const schedules = {
    create: async ({ name }: { readonly name: string }) => {
      if (name === 'a') return { name, cron: '@daily', state: 'active' };
      throw SpecError.of({ path: 'schedule', message: `there is a schedule "${name}"` });
    },
  };
  const access = createAccess({
    operatorToken: 'operator',
    anonymous: 'viewer',
    hosts: [HOST],
    prefix,
    isSecure: false,
  });
  const app = createApp({
    access,
    site: { version: '0', prefix },
    stopped: new AbortController().signal,
    onFault: () => {},
    zeroscout: { searches, schedules, workers: { list } },
    kept: {},
  } as unknown as AppOptions);
  const ask = async (method: string, path: string, body?: object) =>
    app.request(`http://${HOST}${path}`, {
      method,
      headers: { host: HOST, ...BEARER, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  return { ask, counts };
}

test.each(['', '/zeroscout'])('below "%s", Location is the address of the started search', async (prefix) => {
  const { ask } = createCounting({ prefix });
  const answer = await ask('POST', '/api/searches', { specification: 'name: a' });
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `${prefix}/api/searches/a`]);
});

test.each(['', '/zeroscout'])('below "%s", Location is the address of the new schedule', async (prefix) => {
  const { ask } = createCounting({ prefix });
  const schedule = { cron: '@daily', specification: 'name: a' };
  const answer = await ask('POST', '/api/schedules', { ...schedule, name: 'a' });
  expect([answer.status, answer.headers.get('location')]).toEqual([201, `${prefix}/api/schedules/a`]);
  const refused = await ask('POST', '/api/schedules', { ...schedule, name: 'b' });
  expect(await refused.json()).toMatchObject({ status: 422, issues: [{ path: 'name' }] });
});

test('the description names the types of content of every export', async () => {
  const { ask } = createCounting();
  const { paths } = (await (await ask('GET', '/api/openapi.json')).json()) as {
    paths: Record<string, { get: { responses: Record<string, { content: Record<string, unknown> }> } }>;
  };
  const described = paths['/api/searches/{id}/export/{format}/{rank}']!.get.responses['200']!.content;
  const answered = [];
  for (const format of ['config', 'onnx', 'pytorch'])
    answered.push((await ask('GET', `/api/searches/a/export/${format}/1`)).headers.get('content-type'));
  expect(answered).toEqual(Object.keys(described));
});

test.each(['/api/searches-events', '/api/workers/events', '/api/searches/a/events'])(
  'HEAD %s begins no stream, which nobody would read or end',
  async (path) => {
    const { ask, counts } = createCounting();
    const answer = await ask('HEAD', path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(counts.asked).toBe(0);
  },
);

test.each(['/api', '/api/', '/api/other'])(
  'nothing is at %s, and it is not answered with the page',
  async (path) => {
    const answer = await createCounting().ask('GET', path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not-found', detail: `nothing at ${path}` });
  },
);
