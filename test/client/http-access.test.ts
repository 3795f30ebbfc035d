// Tests who may do what over the HTTP API: roles, tokens, hosts, sites and the headers of answers; and that the
// API describes itself.
import { expect, test } from 'vitest';
import { ask, askAs, faults, scout, serveApi, server, startHttpServer, TOKENS } from '../support/http-api.js';

serveApi();

test('on this machine everybody reads, and changes need an operator', async () => {
  expect((await ask('/api/session')).json).toMatchObject({ role: 'viewer', embedded: true });
  expect((await ask('/api/session', { role: 'operator' })).json).toMatchObject({ role: 'operator' });
  for (const role of [undefined, 'viewer'] as const)
    expect(await ask('/api/searches', { method: 'POST', body: {}, ...(role ? { role } : {}) })).toMatchObject(
      { status: 403, json: { code: 'operator-needed' } },
    );
  expect(await ask('/api/session', { headers: { Authorization: 'Bearer wrong' } })).toMatchObject({
    status: 401,
    json: { code: 'wrong-token' },
  });
});

test('elsewhere nothing is told without a token', async () => {
  const other = await startHttpServer({
    zeroscout: scout,
    program: { version: '0' },
    listen: { host: '0.0.0.0', port: 0 },
    proxy: { allowedHosts: ['127.0.0.1'] },
    onFault: (error) => faults.push(error),
  });
  try {
    const { port } = new URL(other.url);
    const url = `http://127.0.0.1:${port}/api/session`;
    expect((await fetch(url)).status).toBe(401);
    const [, token] = other.link.split('token=');
    // The name of the scheme may be written in any case (RFC 9110, section 11.1).
    for (const scheme of ['Bearer', 'bearer'])
      expect((await fetch(url, { headers: { Authorization: `${scheme} ${token}` } })).status).toBe(200);
  } finally {
    await other.close();
  }
});

test('another host, and a page of another site, are refused', async () => {
  expect(await askAs('evil.example')).toBe(421);
  expect(await askAs(new URL(server.url).host)).toBe(200);
  for (const headers of [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])
    expect(
      await ask('/api/searches/@last/pause', { method: 'POST', role: 'operator', headers }),
    ).toMatchObject({ status: 403, json: { code: 'cross-site' } });
});

test('the link makes a cookie that scripts cannot read, and leads to an address without the token', async () => {
  const { status, headers } = await ask(`/?token=${TOKENS.operator}`);
  expect({ status, location: headers.get('location') }).toEqual({ status: 303, location: '/' });
  const cookie = headers.get('set-cookie')!;
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Strict/i);
  const [pair] = cookie.split(';');
  expect((await ask('/api/session', { headers: { Cookie: pair! } })).json).toMatchObject({
    role: 'operator',
  });
});

test('a method that a path does not have is told from a path that does not exist', async () => {
  const wrong = await ask('/api/searches/@last/pause', { role: 'operator' });
  expect(wrong).toMatchObject({ status: 405, json: { code: 'method-not-allowed' } });
  expect(wrong.headers.get('allow')).toBe('POST');
  expect(await ask('/api/searches', { method: 'DELETE', role: 'operator' })).toMatchObject({ status: 405 });
  expect(await ask('/api/nothing', { role: 'operator' })).toMatchObject({ status: 404 });
});

test('every answer forbids frames, other sites and inline scripts', async () => {
  for (const path of ['/api/session', '/api/nothing']) {
    const { headers } = await ask(path);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('the description of the API names every path that answers', async () => {
  const { json } = await ask('/api/openapi.json');
  expect(json.openapi).toBe('3.1.0');
  expect(Object.keys(json.paths)).toEqual(
    expect.arrayContaining(['/api/searches', '/api/searches/{id}/ranking', '/api/schedules/{name}/runs']),
  );
  for (const [path, methods] of Object.entries(
    json.paths as Record<string, Record<string, { operationId: string }>>,
  ))
    for (const { operationId } of Object.values(methods)) expect(operationId, path).toBeTruthy();
});

test('probes are answered to everybody, metrics by route and not by id', async () => {
  expect(await askAs('evil.example', '/healthz')).toBe(200);
  expect(await askAs('evil.example', '/readyz')).toBe(200);
  await ask('/api/session');
  await ask('/api/searches/nobody');
  const { text } = await ask('/metrics');
  expect(text).toMatch(
    /zeroscout_http_requests_total\{method="GET",route="\/api\/session",status="200"\} \d+/,
  );
  expect(text).not.toContain('nobody');
});
