// Serves the HTTP API over embedded servers of a temporary home, and sends requests to it, for tests.
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Zeroscout } from '../../client/index.js';
import type { HttpServer } from '../../http/server.js';
import { BIN, type TestHome, testHome } from './home.js';
import { ROOT } from './zeroscout.js';

// Workers are processes that run dist/, so everything is imported from there.
const library = (await import(join(ROOT, 'dist/client/index.js'))) as typeof import('../../client/index.js');
export const { startHttpServer } = (await import(
  join(ROOT, 'dist/http/server.js')
)) as typeof import('../../http/server.js');

export const TOKENS = { operator: 'operator-token-of-this-test', viewer: 'viewer-token-of-this-test' };

let home: TestHome;
export let scout: Zeroscout;
export let server: HttpServer;
/** Errors for which the server has no answer; there must be none at the end. */
export const faults: unknown[] = [];

/** Starts the server before the tests of the file, and stops it after them. */
export function serveApi(): void {
  beforeAll(async () => {
    home = testHome();
    process.env.ZEROSCOUT_BIN = BIN;
    scout = await library.connect({ home: home.home.root, readings: 'thread', onNote: () => {} });
    server = await startHttpServer({
      zeroscout: scout,
      program: { version: '0.0.0-test' },
      listen: { port: 0 },
      tokens: TOKENS,
      onFault: (error) => faults.push(error),
    });
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await scout?.close();
    await library.embeddedServers.stop({ home: home.home.root });
    await home.remove();
    expect(faults).toEqual([]);
  });
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export async function ask(
  path: string,
  {
    method = 'GET',
    body,
    role,
    headers = {},
  }: {
    readonly method?: Method;
    readonly body?: unknown;
    readonly role?: keyof typeof TOKENS;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const response = await fetch(new URL(path, server.url), {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(role === undefined ? {} : { Authorization: `Bearer ${TOKENS[role]}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: /json/.test(type) ? JSON.parse(text) : undefined,
  };
}

/** Sends a request whose Host header differs from its address, which fetch cannot do. */
export function askAs(host: string, path = '/api/session'): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

/** The events of a stream up to the first with this name. */
export async function eventsUntil(
  name: string,
  path: string,
): Promise<{ id: string; event: string; data: unknown }[]> {
  const response = await fetch(new URL(path, server.url));
  const found: { id: string; event: string; data: unknown }[] = [];
  let rest = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return found;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('event'))
        found.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
    }
    if (found.some(({ event }) => event === name)) {
      await reader.cancel();
      return found;
    }
  }
}
