// Tests that a file of the page that could not be read once is read again.
import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

test('a file is read again after it could not be read', async () => {
  let isBroken = true;
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    existsSync: () => true,
    readdirSync: () => ['a.js'],
    readFileSync: () => {
      if (isBroken) throw new Error('EMFILE: too many open files');
      return Buffer.from('"use strict";');
    },
  }));
  // Other tests of this process may have loaded the module with the real file system.
  vi.resetModules();
  const { createPage } = await import('../../http/page.js');
  const app = new Hono().get('*', createPage({ prefix: '' }));
  app.onError((error, context) => context.text(error.message, 500));
  const statusOf = async () => (await app.request('/assets/a.js')).status;
  expect(await statusOf()).toBe(500);
  isBroken = false;
  expect(await statusOf()).toBe(200);
});
