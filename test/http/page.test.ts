// Tests that a file of the page that could not be read once is read again.
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { createPage } from '../../http/page.js';

const broken = vi.hoisted(() => ({ on: true }));
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  existsSync: () => true,
  readdirSync: () => ['a.js'],
  readFileSync: () => {
    if (broken.on) throw new Error('EMFILE: too many open files');
    return Buffer.from('"use strict";');
  },
}));

test('a file is read again after it could not be read', async () => {
  const app = new Hono().get('*', createPage({ prefix: '' }));
  app.onError((error, context) => context.text(error.message, 500));
  const statusOf = async () => (await app.request('/assets/a.js')).status;
  expect(await statusOf()).toBe(500);
  broken.on = false;
  expect(await statusOf()).toBe(200);
});
