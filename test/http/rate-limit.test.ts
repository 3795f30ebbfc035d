// Tests that those who ask too often are refused, and others are not.
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { answerProblem } from '../../http/problem.js';
import { limitRate } from '../../http/rate-limit.js';

const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

it('refuses an address that asks too often, says when to ask again, and answers others', async () => {
  const app = new Hono();
  app.onError((error, context) => answerProblem(context, error));
  app.use(limitRate({ most: 3 }));
  app.get('/', (context) => context.text('here'));
  const ask = (address: string) => app.request('/', {}, from(address));
  for (let i = 0; i < 3; i++) expect((await ask('192.0.2.1')).status).toBe(200);
  const refused = await ask('192.0.2.1');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'too-many-requests' });
  expect((await ask('192.0.2.2')).status).toBe(200);
});
