// Tests that an error while bytes are sent breaks the connection and is reported.
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { streamBytes } from '../../http/stream-bytes.js';

/** An answer of so many blocks, after which the source fails. */
function answer(blocks: number) {
  const faults: unknown[] = [];
  async function* bytes() {
    for (let i = 0; i < blocks; i++) yield Uint8Array.of(i);
    throw new Error('the store is gone');
  }
  const app = new Hono();
  app.get('/', (context) =>
    streamBytes(context, { bytes: bytes(), headers: {}, onFault: (error) => faults.push(error) }),
  );
  app.onError((error, context) => context.text(error.message, 503));
  return { faults, response: app.request('/') };
}

it('reports an error after the first bytes, and breaks the connection', async () => {
  const { faults, response } = answer(2);
  const { status, body } = await response;
  expect(status).toBe(200);
  await expect(new Response(body).arrayBuffer()).rejects.toThrow('the store is gone');
  expect(faults).toEqual([new Error('the store is gone')]);
});

it('answers an error before the first bytes, which the route reports', async () => {
  const { faults, response } = answer(0);
  const { status } = await response;
  expect(status).toBe(503);
  expect(faults).toEqual([]);
});
