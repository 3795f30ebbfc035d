// Tests who may call which route of the API, and how tokens are counted, kept and refused.
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { type AccessOptions, createAccess, requireRole } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';
import { answerProblem } from '../../http/problem.js';

const HOST = 'localhost:8600';
const TOKENS = { operatorToken: 'operator', viewerToken: 'viewer' };
const OPTIONS: AccessOptions = {
  ...TOKENS,
  anonymous: 'nothing',
  hosts: [HOST, 'Proxy.example'],
  prefix: '',
  isSecure: false,
};

type Headers = Readonly<Record<string, string>>;

/** Whatever is asked of the library fails, so that 401 and 403 can only be answers of the access. */
function wholeApi() {
  const app = createApp({
    access: createAccess(OPTIONS),
    site: { version: '0', prefix: '' },
    stopped: new AbortController().signal,
    onFault: () => {},
    zeroscout: {},
    kept: {},
  } as unknown as AppOptions);
  return (method: string, path: string, headers: Headers = {}) =>
    app.request(`http://${HOST}${path}`, {
      method,
      headers: { host: HOST, 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { body: '{}' }),
    });
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

/** Routes that read although they have a body: known accuracies, a specification, or a space. */
const READING = [
  '/api/comparison',
  '/api/searches/{id}/correlate',
  '/api/spaces/describe',
  '/api/specifications/check',
];

it('every route needs a role, and what changes anything needs an operator', async () => {
  const ask = wholeApi();
  const { paths } = (await (await ask('GET', '/api/openapi.json', bearer('viewer'))).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  expect(routes.length).toBeGreaterThan(40);
  const open: string[] = [];
  for (const [method, path] of routes) {
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'rank' ? '1' : 'x'));
    const status = async (headers: Headers = {}) => (await ask(method, address, headers)).status;
    expect(await status(), `${method} ${path}`).toBe(401);
    expect([401, 403], `${method} ${path}`).not.toContain(await status(bearer('operator')));
    const asViewer = await status(bearer('viewer'));
    if (method === 'GET') expect(asViewer, path).not.toBe(403);
    else if (asViewer !== 403) open.push(path);
  }
  expect(open.sort()).toEqual(READING);
});

function guarded(options: Partial<AccessOptions> = {}) {
  const app = new Hono();
  const access = createAccess({ ...OPTIONS, ...options });
  app.onError((error, context) => answerProblem(context, error));
  app.use(access.guard);
  app.use(access.identify);
  app.get('/api/read', requireRole('viewer'), (context) => context.text(context.get('role')));
  app.post('/api/change', requireRole('operator'), (context) => context.text(context.get('role')));
  app.get('*', (context) => context.text('page'));
  return (path: string, { method = 'GET', from = '192.0.2.1', ...headers }: Record<string, string> = {}) =>
    app.request(
      `http://${HOST}${path}`,
      { method, headers: { host: HOST, ...headers } },
      { incoming: { socket: { remoteAddress: from } } },
    );
}

it('a viewer reads and changes nothing; an operator does both', async () => {
  const ask = guarded();
  const told = async (token: string) => {
    const [read, change] = [
      await ask('/api/read', bearer(token)),
      await ask('/api/change', { method: 'POST', ...bearer(token) }),
    ];
    return [read.status, await read.text(), change.status];
  };
  expect(await told('viewer')).toEqual([200, 'viewer', 403]);
  expect(await told('operator')).toEqual([200, 'operator', 200]);
  expect(await told('Operator')).toEqual([401, expect.any(String), 401]);
  expect((await ask('/api/read')).status).toBe(401);
});

it('twenty wrong tokens of one address within a minute are the last that are looked at', async () => {
  const ask = guarded();
  for (let i = 0; i < 20; i++) expect((await ask('/api/read', bearer(`wrong${i}`))).status).toBe(401);
  expect((await ask('/api/read', bearer('operator'))).status).toBe(429);
  expect((await ask('/api/read', { ...bearer('operator'), from: '192.0.2.2' })).status).toBe(200);
  // A cookie of an earlier start is no attempt, and gives no rights.
  const stale = { cookie: 'zeroscout=stale', from: '192.0.2.3' };
  for (let i = 0; i < 25; i++) expect((await ask('/api/read', stale)).status).toBe(401);
  expect((await ask('/api/read', { ...bearer('viewer'), from: '192.0.2.3' })).status).toBe(200);
});

it('tokens are guessed neither by cookies, nor by links that lock out a person who has a cookie', async () => {
  const ask = guarded();
  const read = async (headers: Headers) => (await ask('/api/read', headers)).status;
  // A page of another site can make a browser open these.
  for (let i = 0; i < 25; i++) await ask(`/?token=wrong${i}`);
  expect((await ask('/?token=operator')).status).toBe(429);
  expect(await read({ cookie: 'zeroscout-8600=operator' })).toBe(200);
  const from = '192.0.2.4';
  for (let i = 0; i < 20; i++) expect(await read({ cookie: `zeroscout-8600=guess${i}`, from })).toBe(401);
  expect(await read({ cookie: 'zeroscout-8600=operator', from })).toBe(429);
  expect(await read({ ...bearer('operator'), from })).toBe(200);
});

it('the token of a link leads to no other site', async () => {
  for (const path of ['//evil.example/', '/x/..//evil.example/', '/\\evil.example/'])
    expect((await guarded()(`${path}?token=viewer`)).headers.get('location')).toBe('/evil.example/');
});

it('the token of a link opens pages, and nothing else', async () => {
  const ask = guarded({ isSecure: true, prefix: '/z' });
  const page = await ask('/searches?token=viewer&view=all');
  expect([page.status, page.headers.get('location')]).toEqual([303, '/z/searches?view=all']);
  const cookie = page.headers.get('set-cookie')!;
  for (const part of ['zeroscout-8600=viewer', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/z/'])
    expect(cookie).toContain(part);
  expect((await ask('/api/read?token=viewer')).status).toBe(401);
  expect((await ask('/searches?token=wrong')).status).toBe(401);
  expect((await guarded()('/?token=viewer')).headers.get('set-cookie')).not.toContain('Secure');
});

it('servers at several ports of one host each have a cookie, of which every server receives all', async () => {
  const ask = guarded({ hosts: ['localhost:8600', 'localhost:8601', 'proxy.example'] });
  const cookieAt = async (host: string) =>
    (await ask('/?token=operator', { host })).headers.get('set-cookie')?.split('=')[0];
  expect(await cookieAt('localhost:8600')).toBe('zeroscout-8600');
  expect(await cookieAt('localhost:8601')).toBe('zeroscout-8601');
  expect(await cookieAt('proxy.example')).toBe('zeroscout');
  const roleOf = async (cookie: string) => (await ask('/api/read', { cookie })).text();
  expect(await roleOf('zeroscout-8600=operator; zeroscout-8601=of-another-server')).toBe('operator');
  expect(await roleOf('zeroscout-8601=operator')).toContain('token-needed');
  // The cookie of an earlier release.
  expect(await roleOf('zeroscout=operator')).toBe('operator');
});

it('a person who opens a link with an unknown token reads why, and how to go on', async () => {
  const ask = guarded({ prefix: '/z' });
  const page = await ask('/searches?token=wrong', { accept: 'text/html,*/*;q=0.8' });
  expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=UTF-8']);
  const text = await page.text();
  expect(text).toContain('This server does not know this token');
  expect(text).toContain('href="/z/"');
  expect(text).not.toContain('wrong');
  expect((await ask('/searches?token=wrong', { accept: '*/*' })).headers.get('content-type')).toMatch(/json/);
});

it('an answer with status 401 says how to authenticate', async () => {
  const ask = guarded();
  const challenge = async (headers: Headers) =>
    (await ask('/api/read', headers)).headers.get('www-authenticate');
  expect(await challenge({})).toBe('Bearer');
  expect(await challenge(bearer('wrong'))).toBe('Bearer error="invalid_token"');
  expect(await challenge(bearer('viewer'))).toBeNull();
});

it('changes come from pages of this server, under any of its names, or from programs', async () => {
  const ask = guarded();
  const change = async (headers: Record<string, string>) =>
    (await ask('/api/change', { method: 'POST', ...bearer('operator'), ...headers })).status;
  for (const origin of [`http://${HOST}`, 'https://proxy.example', 'https://PROXY.example'])
    expect(await change({ origin }), origin).toBe(200);
  for (const origin of ['http://localhost:8601', 'https://evil.example', 'null'])
    expect(await change({ origin }), origin).toBe(403);
  for (const [site, status] of [
    ['same-origin', 200],
    ['none', 200],
    ['same-site', 403],
    ['cross-site', 403],
  ] as const)
    expect(await change({ 'sec-fetch-site': site }), site).toBe(status);
  expect(await change({ host: 'proxy.example' })).toBe(200);
  expect(await change({ host: 'evil.example' })).toBe(421);
  expect((await ask('/api/read', { ...bearer('viewer'), origin: 'https://evil.example' })).status).toBe(200);
});
